import type { BaselineEntry } from '../../../baselines/baseline.ts';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { definitionOutcome } from '../../../baselines/lanes/definition.ts';
import type { ReducedDefinitions } from '../../../baselines/reduced-definitions.ts';
import { readReducedDefinitions } from '../../../baselines/reduced-definitions-file.ts';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { firstLine } from '../../foreign-text.ts';
import { askedBy } from '../../name-matcher.ts';
import { programDigest } from '../../program.ts';
import type { Defined } from '../../run/define-cells.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { type Io, withInterruption } from '../io.ts';
import { type SelectedSuite, selectSuite } from '../run/select-suite.ts';
import { absentText, definePlanned, planDefinitions, profilesFor } from './definition-plan.ts';
import { type DefinitionRow, type DefinitionVerdict, definitionMarkdown, definitionText } from './definition-rows.ts';
import { defineReduced, isDefinedReduced, planReduced } from './reduced-plan.ts';
import { reducedRows } from './reduced-rows.ts';

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

/** Defines cells of a profile and compares them, until interrupted. */
type Comparison = (signal: AbortSignal) => Promise<DefinitionRow[]>;

/**
 * Compares what cells ask the engine to compute with what their baselines asked for, without training: every cell of
 * smoke, one seed of each arm of nightly, in its reduced form where the files that it needs are missing, and of paper in
 * its reduced form. Prints a line for each difference.
 */
export async function definitionCommand(
  names: readonly string[],
  options: DefinitionCommandOptions,
  io: Io,
): Promise<number> {
  const comparisons: Comparison[] = [];
  const program = programDigest();
  for (const name of namesOf(names, options)) {
    for (const profile of profilesFor(selectSuite(name, firstProfile(name)).suite, options.profile)) {
      const selected = selectSuite(name, profile);
      const compared = isDefinedReduced(profile) ? paperComparison : comparison;
      comparisons.push(await compared(selected, { ...options, program }, io));
    }
  }
  const rows: DefinitionRow[] = [];
  const interrupted = await withInterruption(io, async (signal) => {
    for (const compare of comparisons) rows.push(...(await compare(signal)));
    return signal.aborted;
  });
  if (options.json === true) io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else io.stdout.write(options.markdown === true ? definitionMarkdown(rows) : definitionText(rows));
  return interrupted ? exitCodes.interrupted : exitCodeFor(rows);
}

/** What a comparison is asked, and the digest of the code that defines. */
type ComparisonOptions = DefinitionCommandOptions & { program: string };

async function comparison(selected: SelectedSuite, options: ComparisonOptions, io: Io): Promise<Comparison> {
  const { suite, profile } = selected;
  const seeds = profile === 'smoke' ? undefined : 1;
  const plan = await planDefinitions(selected, { ...options, seeds }, io);
  const isAbsent = (cell: PlannedCell) => plan.absent.some(({ id }) => id === cell.id);
  const stored = await readReducedDefinitions(suite.name, profile, io.baselinesDir);
  if (stored === null) io.stderr.write(absentText(plan) ?? '');
  const reduced =
    stored === null ? null : await reducedComparison({ selected, stored, isCompared: isAbsent }, options, io);
  return async (signal) => {
    const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
    const entries = new Map(baseline?.cells.map((entry) => [entry.id, entry]));
    const found = await definePlanned(plan.cells, plan, { jobs: options.jobs, signal }, io);
    const rows = plan.cells.flatMap((cell) => {
      const defined = found.get(cell.id);
      return defined === undefined
        ? []
        : [rowOf(cell, defined, { entry: entries.get(cell.id), program: options.program })];
    });
    return reduced === null ? rows : [...rows, ...(await reduced(signal))];
  };
}

async function paperComparison(selected: SelectedSuite, options: ComparisonOptions, io: Io): Promise<Comparison> {
  const stored = await readReducedDefinitions(selected.suite.name, selected.profile, io.baselinesDir);
  return reducedComparison({ selected, stored, isCompared: () => true }, options, io);
}

interface ReducedOf {
  selected: SelectedSuite;
  stored: ReducedDefinitions | null;
  /** Whether a cell is compared in its reduced form. */
  isCompared(cell: PlannedCell): boolean;
}

async function reducedComparison(
  { selected, stored, isCompared }: ReducedOf,
  { only, jobs, program }: ComparisonOptions,
  io: Io,
): Promise<Comparison> {
  const { profile, suite } = selected;
  const all = await planReduced(selected, only, io);
  const planned = new Set(all.map(({ planned: { cell } }) => cell));
  const pairs = all.filter((pair) => isCompared(pair.planned));
  const forms = new Set(pairs.flatMap(({ reduced }) => reduced?.id ?? []));
  if (pairs.length > 0) {
    io.stderr.write(
      `${suite.name}, ${profile}: ${pairs.length} cells in ${forms.size} reduced forms: drawn data and initial values, ` +
        `small batches, narrow networks${profile === 'paper' ? '' : ', as files of their data were not found'}.\n`,
    );
  }
  const wasAsked = askedBy(only);
  const isAsked = (cell: string) => wasAsked(cell) && !planned.has(cell);
  return async (signal) => {
    const found = await defineReduced(pairs, { jobs, signal }, io);
    return reducedRows({ suite: suite.name, profile, pairs, found, stored, isAsked, program });
  };
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
  return rows.some(({ verdict }) => verdict === 'changed' || verdict === 'removed')
    ? exitCodes.unaccepted
    : exitCodes.passed;
}
