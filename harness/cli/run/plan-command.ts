import { armKey, seedsBy } from '../../../baselines/arms.ts';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { provenanceOf } from '../../../baselines/provenance.ts';
import { powerLines } from '../../../baselines/quality/power-text.ts';
import { speedPowerLine } from '../../../baselines/speed/speed-power.ts';
import { readTuning } from '../../../baselines/tuning-file.ts';
import { UsageError } from '../../errors.ts';
import { freshSeedsOfRun } from '../../night.ts';
import { type NeededDataset, neededDatasets, planCells } from '../../plan/plan.ts';
import { untunedReason, withoutUntuned } from '../../plan/untuned.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { formatDuration } from '../../run/progress-estimate.ts';
import type { DataFolders } from '../../run/protocol.ts';
import { cellsOfShard } from '../../run/records/shard.ts';
import { dataDigests, heldAgainstData } from '../../run/run-data.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { estimatedOn, type Rates } from '../../spec/cost.ts';
import { type DataFolderName, dataFolderNames } from '../../spec/datasets.ts';
import type { TuningChoice } from '../../spec/tuning.ts';
import { factorOf, type ProfileName } from '../../spec/words.ts';
import { isTrial, trialNotes } from '../../trial-notes.ts';
import { checkoutFolder } from '../checkout.ts';
import { calibratedRates } from '../doctor/calibration-file.ts';
import { type Io, table } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { arithmeticFor, ownProcessor } from './arithmetic.ts';
import { locateData } from './data-folder.ts';
import { joinMethods } from './join-methods.ts';
import { askedSuites, type SelectedSuite, selectSuite } from './select-suite.ts';
import { overridesOf } from './set-option.ts';
import type { PlanFileOptions, SuiteOptions } from './suite-options.ts';

export interface PlannedRun extends SelectedSuite {
  cells: PlannedCell[];
  /** The cells of the whole plan, before --only and --shard. */
  plan: PlannedCell[];
  /** Folders of the real data that the cells need and that is there. */
  dataFolders: DataFolders;
  /** Says which data is used, a line each, where that is not what the profile names. */
  dataNotes: string[];
  /** Says which methods come from files, and what is tried out, a line each. */
  notes: string[];
  /** Why methods that were named, or some of their cells, are not in the plan; stderr has been told. */
  refusals: string[];
}

/** `planSelected` of a suite by its name, with what is stored for its tuned arms. */
export async function planRun(
  name: string,
  options: SuiteOptions,
  io: Io,
  purpose: 'run' | 'look',
): Promise<PlannedRun> {
  const selected = selectSuite(name, options.profile);
  const stored = await readTuning(selected.suite.name, selected.profile, io.baselinesDir);
  return planSelected(selected, options, io, purpose, stored?.choices ?? []);
}

/**
 * Resolves a suite, its data and the options to the cells of this run. To `look` at the plan of a profile that runs on
 * real data only, the data need not be there.
 */
export async function planSelected(
  selected: SelectedSuite,
  options: SuiteOptions,
  io: Io,
  purpose: 'run' | 'look',
  choices: readonly TuningChoice[],
): Promise<PlannedRun> {
  const { suite, profile } = selected;
  if (options.extra !== undefined && options.night === undefined) {
    throw new UsageError(`--extra ${options.extra}: adds to a night's seeds; say which night with --night DATE.`);
  }
  const { methods, notes: methodNotes, refusals } = await joinMethods(options.method, [{ suite: suite.name, profile }]);
  const { seeds, night, extra, only, limit } = options;
  const asked = {
    seeds,
    night,
    extra,
    only,
    methods,
    choices,
    untuned: 'counted',
    limit,
    set: overridesOf(options.set),
    lacksMethods: refusals.length > 0,
  } as const;
  for (const refusal of refusals) io.stderr.write(`${refusal}\n`);
  const refuse = (reason: string) => {
    refusals.push(reason);
    io.stderr.write(`${reason}\n`);
  };
  const needed = neededDatasets(suite, profile, asked);
  const dataFolders = await findData(
    needed.map((dataset) => dataset.name),
    options,
    io,
  );
  const missing = needed.filter((dataset) => dataFolders[dataset.name] === undefined);
  const present = purpose === 'look' ? planned(needed, dataFolders) : presentIn(dataFolders);
  const all = planCells(suite, profile, { present, ...asked }, refuse);
  const known = await heldAgainstData(all, dataDigests(dataFolders));
  // To look at a plan, what is not found yet is no obstacle.
  const untuned = purpose === 'look' ? untunedReason(known) : null;
  const chosen = purpose === 'look' ? known : withoutUntuned(known, refuse);
  const cells = options.shard === undefined ? chosen : cellsOfShard(chosen, options.shard);
  const dataNotes = missing.map(
    ({ name: dataset, standIn }) =>
      `${dataset} was not found: ${standIn ? 'generated data is used instead' : 'a run needs it'}. Give --data DIR, ` +
      'or --download.',
  );
  // What the chosen cells do not need may be there or not: it is named as the profile names it, as on every machine.
  const absent = new Set(missing.filter(({ standIn }) => standIn).map((dataset) => dataset.name));
  const named = dataFolderNames.filter((dataset) => !absent.has(dataset));
  const whole = { seeds, night, methods, choices, untuned: 'counted', present: named } as const;
  // What is tried out is no part of the profile's plan: a run of it owes its own cells.
  const plan = chosen.some(isTrial) ? chosen : planCells(suite, profile, whole, () => undefined);
  const left = untuned === null ? [] : [`A run leaves tuned arms out: ${untuned}`];
  const notes = [...methodNotes, ...trialNotes(cells), ...left];
  return { ...selected, cells, plan, dataFolders, dataNotes, notes, refusals };
}

function presentIn(folders: DataFolders): DataFolderName[] {
  return Object.keys(folders) as DataFolderName[];
}

/** The data sets that a plan to look at names: those that are there, and those that a run could not do without. */
export function planned(needed: readonly NeededDataset[], folders: DataFolders): DataFolderName[] {
  return [...presentIn(folders), ...needed.filter(({ standIn }) => !standIn).map(({ name }) => name)];
}

/** Finds or downloads real data, telling on stderr. */
export function findData(
  datasets: readonly DataFolderName[],
  options: Pick<SuiteOptions, 'data' | 'download'>,
  io: Io,
): Promise<DataFolders> {
  return locateData({
    datasets,
    data: options.data,
    download: options.download === true,
    env: io.env,
    checkout: checkoutFolder(),
    log: (line) => void io.stderr.write(`${line}\n`),
  });
}

/**
 * Prints the cells that runs of the suites would execute, and what a check of them can find; as JSON the cells alone.
 * A method that could not join is bad input. Files for batch systems are written, where they are asked for.
 */
export async function planCommand(names: readonly string[], options: PlanFileOptions, io: Io): Promise<number> {
  const plans: PlannedRun[] = [];
  for (const name of askedSuites(names, options)) plans.push(await planRun(name, options, io, 'look'));
  for (const note of new Set(plans.flatMap(({ dataNotes, notes }) => [...dataNotes, ...notes]))) {
    io.stderr.write(`${note}\n`);
  }
  const refused = plans.some(({ refusals }) => refusals.length > 0);
  const asksForFiles = options.slurm !== undefined || options.kubernetes !== undefined;
  const written =
    asksForFiles && !refused ? await (await import('./batch/write-batch.ts')).writeBatchFiles(plans, options) : [];
  if (options.json === true) {
    io.stdout.write(
      `${JSON.stringify(
        plans.flatMap(({ cells }) => cells.map(planRow)),
        null,
        2,
      )}\n`,
    );
  } else {
    const jobs = options.jobs ?? defaultJobs(options.threads);
    for (const plan of plans) {
      const rates = await ratesHere(plan.profile, options, io);
      const cells = rates === null ? plan.cells : estimatedOn(rates, plan.cells);
      io.stdout.write(planText({ ...plan, cells }, jobs, plans.length > 1));
      for (const line of await checkLines(plan, options.night, io)) io.stdout.write(`${line}\n`);
    }
  }
  for (const line of written) (options.json === true ? io.stderr : io.stdout).write(`${line}\n`);
  return refused ? exitCodes.usage : exitCodes.passed;
}

/** What was measured of this machine, of the arithmetic that a run of a profile has; null: nothing. */
async function ratesHere(profile: ProfileName, options: SuiteOptions, io: Io): Promise<Rates | null> {
  return options.device === 'gpu' ? null : calibratedRates(io.env, arithmeticFor(options, profile, ownProcessor()));
}

/** What a check of these cells against the stored baseline can find: of a night, it judges the fixed seeds. */
async function checkLines(
  { suite, profile, profileSpec, cells }: PlannedRun,
  night: string | undefined,
  io: Io,
): Promise<string[]> {
  const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
  if (baseline === null) return [`Check: there is no baseline of ${suite.name}, ${profile}, to find a loss against.`];
  const fresh = freshSeedsOfRun(suite.name, profile, night);
  const judged = cells.filter(({ seed }) => !fresh.has(seed));
  const seeds = Math.max(...[...seedsBy(judged, ({ config }) => armKey(config)).values()].map((arm) => arm.length));
  const ids = new Set(judged.map(({ id }) => id));
  const power = powerLines(baseline, { seeds, margin: profileSpec.margin, ids });
  const beside =
    night === undefined
      ? []
      : [`Fresh seeds of ${night}: the history follows them over nights; npm run history tells what it finds.`];
  return [`Baseline: ${provenanceOf(baseline)}.`, ...power, speedPowerLine(baseline, { seeds, ids }), ...beside];
}

/** One cell a line, and a last line with the total; of several plans it begins with the suite. */
export function planText({ suite, profile, cells }: PlannedRun, jobs: number, isOneOfSeveral = false): string {
  const rows = cells.map((cell) => [cell.cell, cell.id, ...sizeOf(cell), formatDuration(cell.estimatedSeconds)]);
  const seconds = cells.reduce((sum, cell) => sum + cell.estimatedSeconds, 0);
  const head = isOneOfSeveral ? `${suite.name}, ${profile}: ` : '';
  return (
    `${table(rows)}${head}${cells.length} cells, ${formatDuration(seconds)} of computing: about ` +
    `${formatDuration(seconds / jobs)} with --jobs ${jobs}.\n`
  );
}

/** Parameters kept, and their ratio. */
function sizeOf({ ratio, parameters }: PlannedCell): [string, string] {
  return [
    parameters === null ? '' : `${parameters} parameters`,
    ratio === null ? 'ratio by training' : `ratio ${ratio.toFixed(5)}`,
  ];
}

function planRow(cell: PlannedCell) {
  const { suite, profile, model, dataset, ratio, seed, id, kind, factors, needs } = cell;
  const [method, init, regularizer, budget] = ['method', 'init', 'regularizer', 'budget'].map((name) =>
    factorOf(cell, name),
  );
  const columns = { suite, profile, cell: cell.cell, model, dataset, method, init, regularizer, budget, ratio, seed };
  const { overrides } = cell.config;
  return { ...columns, id, kind, factors, needs, ...(overrides === undefined ? {} : { overrides }) };
}
