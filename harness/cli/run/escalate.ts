import { looks } from '../../../baselines/quality/looks.ts';
import { seedless, withSeed } from '../../cell-name.ts';
import type { Verdict } from '../../record.ts';
import type { RunSuiteResult } from '../../run/run-suite.ts';
import type { Io } from '../io.ts';
import type { PlannedRun } from './plan-command.ts';
import { planRun } from './plan-command.ts';
import type { SuiteOptions } from './suite-options.ts';

/** A run that goes on where its check has not decided. */
export interface EscalateOptions {
  planned: PlannedRun;
  options: SuiteOptions;
  io: Io;
  signal: AbortSignal;
  stream: NodeJS.WritableStream;
  /** Runs a plan into the folder; what is finished there is kept. */
  run(planned: PlannedRun): Promise<RunSuiteResult>;
}

/** The last plan that ran, and what it came to. */
export interface Escalated {
  planned: PlannedRun;
  result: RunSuiteResult;
}

/**
 * Runs a plan, then again with more seeds of the arms that the check has not decided: 5, then 10. Each look spends a
 * part of the check's level, which the number of an arm's seeds tells.
 */
export async function runInLooks(of: EscalateOptions): Promise<Escalated> {
  let { planned } = of;
  let result = await of.run(planned);
  for (const { seeds } of looks.slice(1)) {
    const arms = undecidedArms(result.verdicts);
    if (arms.length === 0 || of.signal.aborted) break;
    of.stream.write(`Not decided: ${arms.length} arms, which run with ${seeds} seeds.\n`);
    const names = arms.flatMap((arm) => Array.from({ length: seeds }, (_, seed) => withSeed(arm, seed)));
    planned = await withFurther(of, planned, { seeds, only: names });
    result = await of.run(planned);
  }
  return { planned, result };
}

/** The arms, by name, that the quality lane leaves open. */
export function undecidedArms(verdicts: readonly Verdict[]): string[] {
  const open = verdicts.filter(
    ({ id, lane, verdict }) => id !== null && lane === 'quality' && verdict === 'inconclusive',
  );
  return [...new Set(open.map(({ cell }) => seedless(cell)))];
}

/** A plan with further cells of its suite, each once. */
export async function withFurther(
  { options, io }: Pick<EscalateOptions, 'options' | 'io'>,
  planned: PlannedRun,
  further: Pick<SuiteOptions, 'seeds' | 'night' | 'extra' | 'only'>,
): Promise<PlannedRun> {
  const { cells } = await planRun(planned.suite.name, { ...options, ...further }, io, 'run');
  const joined = <T extends { id: string }>(before: readonly T[], after: readonly T[]) => {
    const known = new Set(before.map(({ id }) => id));
    return [...before, ...after.filter(({ id }) => !known.has(id))];
  };
  return { ...planned, cells: joined(planned.cells, cells), plan: joined(planned.plan, cells) };
}
