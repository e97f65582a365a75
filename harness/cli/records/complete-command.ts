import type { Baseline } from '../../../baselines/baseline.ts';
import { readBaseline, writeBaseline } from '../../../baselines/baseline-file.ts';
import { completeBaseline, withTolerances } from '../../../baselines/complete.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { Definition } from '../../spec/definition.ts';
import { type Io, withInterruption } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';
import { absentText, type DefinitionPlan, definePlanned, planDefinitions } from './definition-plan.ts';
import { playEnvironments } from './played-environments.ts';

export interface CompleteOptions {
  profile: string;
  only?: string[];
  data?: string;
  jobs?: number;
  /** Also store how far first steps differ in environments that this machine can play. */
  environments?: boolean;
}

/** Gives the entries of a baseline that lack them their definitions, without training. */
export async function completeCommand(name: string, options: CompleteOptions, io: Io): Promise<number> {
  const plan = await planDefinitions(selectSuite(name, options.profile), options, io);
  io.stderr.write(absentText(plan) ?? '');
  const { suite, profile, cells } = plan;
  const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
  if (baseline === null) {
    throw new UsageError(`accept --complete: there is no baseline of ${suite.name}, ${profile}; accept a run first.`);
  }
  const lacking = new Set(baseline.cells.filter((entry) => entry.definition === undefined).map(({ id }) => id));
  const chosen = cells.filter(({ id, needs }) => lacking.has(id) && needs.length === 0);
  const definitions = new Map<string, Definition>();
  let failed = 0;
  const aborted = await withInterruption(io, async (signal) => {
    const found = await definePlanned(chosen, plan, { jobs: options.jobs, signal }, io);
    for (const { id, cell } of chosen) {
      const defined = found.get(id);
      if (defined !== undefined && 'error' in defined) {
        failed++;
        io.stderr.write(`${cell}: ${defined.error}\n`);
      } else if (defined?.definition) definitions.set(id, defined.definition);
    }
    return signal.aborted;
  });
  if (aborted) return exitCodes.interrupted;
  const { baseline: next, completed, others } = completeBaseline(baseline, definitions);
  for (const cell of others) io.stderr.write(`${cell}: was accepted on other data, and stays as it is.\n`);
  if (completed.length > 0) await writeBaseline(next, io.baselinesDir);
  io.stdout.write(
    `${completed.length} entries were completed, ${lackingIn(next)} of ${next.cells.length} lack a definition.\n`,
  );
  const ended = options.environments === true ? await storeTolerances(next, plan, options, io) : exitCodes.passed;
  return failed > 0 ? exitCodes.regressed : ended;
}

/** Plays other environments, and stores how far the first steps of the baseline's cells may differ in them. */
async function storeTolerances(
  baseline: Baseline,
  plan: DefinitionPlan,
  { jobs }: CompleteOptions,
  io: Io,
): Promise<number> {
  const defined = new Set(baseline.cells.flatMap(({ id, definition }) => (definition === undefined ? [] : [id])));
  const chosen = plan.cells.filter(({ id, needs }) => defined.has(id) && needs.length === 0);
  const { played, aborted } = await withInterruption(io, async (signal) => {
    return { played: await playEnvironments(chosen, plan, { jobs, signal }, io), aborted: signal.aborted };
  });
  if (aborted) return exitCodes.interrupted;
  const { baseline: next, stored, others } = withTolerances(baseline, played);
  for (const cell of others)
    io.stderr.write(`${cell}: this program defines it otherwise than the baseline; accept that first.\n`);
  if (stored.length > 0) await writeBaseline(next, io.baselinesDir);
  io.stdout.write(`${stored.length} entries have tolerances of their first steps.\n`);
  return others.length > 0 || played.size < chosen.length ? exitCodes.regressed : exitCodes.passed;
}

function lackingIn({ cells }: Baseline): number {
  return cells.filter(({ definition }) => definition === undefined).length;
}
