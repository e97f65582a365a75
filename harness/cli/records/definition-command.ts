import type { BaselineEntry } from '../../../baselines/baseline.ts';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { definitionOutcome } from '../../../baselines/lanes/definition.ts';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { firstLine } from '../../foreign-text.ts';
import { programDigest } from '../../program.ts';
import type { Defined } from '../../run/define-cells.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { type Io, withInterruption } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';
import { type DefinitionPlan, definePlanned, planDefinitions, profilesFor } from './definition-plan.ts';
import { type DefinitionRow, type DefinitionVerdict, definitionMarkdown, definitionText } from './definition-rows.ts';

export interface DefinitionCommandOptions {
  all?: boolean;
  /** Left out: smoke and nightly. */
  profile?: string[];
  only?: string[];
  data?: string;
  jobs?: number;
  json?: boolean;
  /** For a pull request's comment. */
  markdown?: boolean;
}

/**
 * Compares what cells ask the engine to compute with what their baselines asked for, without training: every cell of
 * smoke, and one seed of each arm of the others. Prints a line for each difference.
 */
export async function definitionCommand(
  names: readonly string[],
  options: DefinitionCommandOptions,
  io: Io,
): Promise<number> {
  const rows: DefinitionRow[] = [];
  const plans: DefinitionPlan[] = [];
  for (const name of namesOf(names, options)) {
    for (const profile of profilesFor(selectSuite(name, firstProfile(name)).suite, options.profile)) {
      const seeds = profile === 'smoke' ? undefined : 1;
      plans.push(await planDefinitions(selectSuite(name, profile), { ...options, seeds }, io));
    }
  }
  const program = programDigest();
  const interrupted = await withInterruption(io, async (signal) => {
    for (const plan of plans) {
      const { suite, profile, cells } = plan;
      const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
      const entries = new Map(baseline?.cells.map((entry) => [entry.id, entry]));
      const found = await definePlanned(cells, plan, { jobs: options.jobs, signal }, io);
      for (const cell of cells) {
        const defined = found.get(cell.id);
        if (defined !== undefined) rows.push(rowOf(cell, defined, { entry: entries.get(cell.id), program }));
      }
    }
    return signal.aborted;
  });
  if (options.json === true) io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else io.stdout.write(options.markdown === true ? definitionMarkdown(rows) : definitionText(rows));
  return interrupted ? exitCodes.interrupted : exitCodeFor(rows);
}

function namesOf(names: readonly string[], { all }: DefinitionCommandOptions): readonly string[] {
  if (all === true && names.length > 0) {
    throw new UsageError(`--all: checks every suite; leave '${names.join(' ')}' or --all away.`);
  }
  return names.length > 0 ? names : suites.map(({ name }) => name);
}

/** Any profile that the suite has: to look the suite up by its name alone. */
function firstProfile(name: string): string {
  return Object.keys(suites.find((suite) => suite.name === name)?.profiles ?? {})[0] ?? 'smoke';
}

function rowOf(
  cell: PlannedCell,
  defined: Defined,
  { entry, program }: { entry: BaselineEntry | undefined; program: string },
): DefinitionRow {
  const { suite, profile, id, cell: name, kind } = cell;
  const definition = 'error' in defined ? null : defined.definition;
  const row = (verdict: DefinitionVerdict, differences: string[] = []) => {
    return { suite, profile, id, cell: name, verdict, differences, program, definition };
  };
  if (cell.needs.length > 0) return row('needs-training');
  if ('error' in defined) return row('failed', [firstLine(defined.error, 300)]);
  if (entry === undefined) return row('no-baseline');
  if (definition === null || entry.definition === undefined) return row('undefined');
  if (definition.data !== entry.definition.data) return row('other-data');
  const outcome = definitionOutcome({ kind, definition }, entry);
  return outcome === null ? row('equal') : row(outcome.verdict, outcome.differences);
}

function exitCodeFor(rows: readonly DefinitionRow[]): number {
  if (rows.some(({ verdict }) => verdict === 'failed' || verdict === 'regressed')) return exitCodes.regressed;
  return rows.some(({ verdict }) => verdict === 'changed') ? exitCodes.unaccepted : exitCodes.passed;
}
