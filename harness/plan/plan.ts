import { MethodFileError, UsageError } from '../errors.ts';
import type { JoinedMethod } from '../methods/joined.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { referenceRates, secondsOn } from '../spec/cost.ts';
import { type DataFolderName, needsFiles } from '../spec/datasets.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import type { ProfileSpec, SuiteSpec } from '../spec/suite.ts';
import type { TuningChoice } from '../spec/tuning.ts';
import type { BaseExperiment, ProfileName } from '../spec/words.ts';
import { kindOf } from '../tasks/registry.ts';
import { refuseArmless } from './arms.ts';
import { type Draft, draftsOf, type ExperimentContext } from './drafts.ts';
import { type NeedsOfPlan, withTheirNeeds } from './needs.ts';
import { refuseIdleGlobs, type SelectionOptions, selectionOf } from './selection.ts';
import { withoutUntuned } from './untuned.ts';

export interface PlanOptions extends SelectionOptions {
  /** The data sets whose files are present; the stand-ins of others are planned. */
  present: Iterable<DataFolderName>;
  /** Replicates instead of the profile's number. */
  seeds?: number | undefined;
  /** The date of a night: one fixed seed and the fresh ones that it decides, instead of the profile's. */
  night?: string | undefined;
  /** With a night: further fresh seeds of each arm. */
  extra?: number | undefined;
  /** Methods that take part beside those of the suite. */
  methods?: readonly JoinedMethod[] | undefined;
  /** Whether methods that were asked for are not among these: a glob that matches nothing may be of their cells. */
  lacksMethods?: boolean | undefined;
  /** What was found for tuned arms. */
  choices?: readonly TuningChoice[] | undefined;
  /** Whether cells of tuned arms for which nothing fits that was found are planned nonetheless, to be counted, not run. */
  untuned?: 'refused' | 'counted' | undefined;
}

/**
 * The cells of a suite's profile in a fixed order: experiment by experiment, model by model, seed by seed, arm by arm,
 * so that an interrupted run has whole replicates first.
 *
 * @param refuse told, once each, why cells of `methods` and of tuned arms cannot be planned; the other cells are. Where
 *   it is left out, the first such cell throws.
 * @throws UsageError where the profile does not exist, names a cell or has a configuration twice, where a glob of
 *   `only` matches nothing, where a cell that it keeps needs real data that is absent, more examples than its data
 *   set has, or a cell that the plan lacks, and where nothing can be tried out as `set` and `limit` say
 */
export function planCells(
  suite: SuiteSpec,
  profileName: ProfileName,
  options: PlanOptions,
  refuse?: (reason: string) => void,
): PlannedCell[] {
  const context = contextOf(suite, profileName, options);
  const { profile, methods } = context;
  const present = new Set<string>(options.present);
  const isThere = (dataset: { name: string }) => !needsFiles(dataset) || present.has(dataset.name);
  const all = profile.experiments.flatMap((experiment) => {
    const { dataset = null, fallbackDataset = null } = experiment;
    const used = dataset === null || isThere(dataset) ? dataset : (fallbackDataset ?? dataset);
    return draftsOf({ ...context, experiment, dataset: used });
  });
  const place = `suite ${suite.name}, profile ${profileName}`;
  refuseDuplicates(place, all);
  refuseArmless(methods, new Set(all.map(({ config }) => config.method)), refuse);
  const selection = selectionOf(place, all, options);
  if (selection.drafts.length === 0 || options.lacksMethods !== true) refuseIdleGlobs(selection, all);
  const { drafts } = selection;
  refuseLargerThanData(place, drafts);
  const able = withoutRefused(drafts, (draft) => cellOf(place, draft, selection.needs), refuse);
  const cells = options.untuned === 'counted' ? able : withoutUntuned(able, refuse);
  const missing = new Set(
    cells.flatMap(({ dataset }) => (dataset === null || isThere({ name: dataset }) ? [] : [dataset])),
  );
  if (missing.size > 0) {
    const names = `${[...missing].join(', ')}, which ${missing.size === 1 ? 'was' : 'were'} not found`;
    throw new UsageError(
      `${place}: needs ${names}; give its folder with --data DIR, fetch it with --download, or leave its cells out ` +
        'with --only',
    );
  }
  return cells;
}

/** A data set with files that a plan asks for, and what becomes of its cells without them. */
export interface NeededDataset {
  name: DataFolderName;
  standIn: boolean;
}

/**
 * The data sets with files that the cells of a profile are trained on, of the cells that `only` keeps: by the names
 * that they have with the files or with the stand-in.
 */
export function neededDatasets(
  suite: SuiteSpec,
  profileName: ProfileName,
  options: Omit<PlanOptions, 'present'>,
): NeededDataset[] {
  const needed = new Map<DataFolderName, boolean>();
  for (const { dataset, fallbackDataset = null } of keptExperiments(suite, profileName, options)) {
    if (dataset === undefined || !needsFiles(dataset)) continue;
    needed.set(dataset.name, (needed.get(dataset.name) ?? true) && fallbackDataset !== null);
  }
  const order = profileOf(suite, profileName).experiments.flatMap(({ dataset }) => dataset?.name ?? []);
  return [...needed]
    .map(([name, standIn]) => ({ name, standIn }))
    .sort((left, right) => order.indexOf(left.name) - order.indexOf(right.name));
}

/** The experiments of a profile of which a cell is kept, by its name with the files or with the stand-in. */
function keptExperiments(
  suite: SuiteSpec,
  profileName: ProfileName,
  options: Omit<PlanOptions, 'present'>,
): readonly BaseExperiment[] {
  const context = contextOf(suite, profileName, options);
  const { only = [], set = {}, limit } = options;
  // A whole plan may have thousands of cells, and nothing is asked of their names.
  const isWhole = only.length === 0 && Object.keys(set).length === 0 && limit === undefined;
  if (isWhole) return context.profile.experiments;
  const place = `suite ${suite.name}, profile ${profileName}`;
  const kept = (['files', 'stand-ins'] as const).flatMap(
    (which) => selectionOf(place, draftsOn(which, context), options).drafts,
  );
  return [...new Set(kept.map((draft) => draft.context.experiment))];
}

/** The names of a profile's own cells: on the data sets that it names and on their stand-ins. */
export function namesOfProfile(suite: SuiteSpec, profileName: ProfileName): Set<string> {
  return new Set(cellsOfProfile(suite, profileName).map(({ cell }) => cell));
}

/** The same with their ids. @param choices what was found for tuned arms */
export function cellsOfProfile(
  suite: SuiteSpec,
  profileName: ProfileName,
  choices: readonly TuningChoice[] = [],
): Pick<Draft, 'id' | 'cell'>[] {
  const context = contextOf(suite, profileName, { choices });
  return (['files', 'stand-ins'] as const).flatMap((which) => draftsOn(which, context));
}

/** What the experiments of a profile have in common. */
type PlanContext = Omit<ExperimentContext, 'experiment' | 'dataset'>;

function contextOf(
  suite: SuiteSpec,
  profileName: ProfileName,
  { seeds, night, extra, methods = [], choices = [] }: Omit<PlanOptions, 'present'>,
): PlanContext {
  const profile = profileOf(suite, profileName);
  return { suite: suite.name, profileName, profile, seeds, night, extra, methods, choices };
}

/** The drafts of all experiments of a profile, on the data sets that they name or on their stand-ins. */
function draftsOn(which: 'files' | 'stand-ins', context: PlanContext): Draft[] {
  return context.profile.experiments.flatMap((experiment) => {
    const { dataset = null, fallbackDataset = null } = experiment;
    return draftsOf({ ...context, experiment, dataset: which === 'files' ? dataset : (fallbackDataset ?? dataset) });
  });
}

function profileOf(suite: SuiteSpec, name: ProfileName): ProfileSpec {
  const profile = suite.profiles[name];
  if (profile !== undefined) return profile;
  const known = Object.keys(suite.profiles).join(', ');
  throw new UsageError(`suite ${suite.name} has no profile '${name}'; it has: ${known}`);
}

function refuseDuplicates(place: string, drafts: readonly Draft[]): void {
  const names = new Set<string>();
  const byId = new Map<string, string>();
  for (const { cell, id } of drafts) {
    if (names.has(cell)) {
      throw new UsageError(`${place}: cell ${cell} comes twice; let no two arms or experiments overlap`);
    }
    names.add(cell);
    const other = byId.get(id);
    if (other !== undefined) {
      throw new UsageError(`${place}: cells ${other} and ${cell} have the same configuration; leave one of them out`);
    }
    byId.set(id, cell);
  }
}

/** A method's file is not to blame for the size of a data set: this comes before methods are asked. */
function refuseLargerThanData(place: string, drafts: readonly Draft[]): void {
  for (const { config } of drafts) {
    const refusal = kindOf(config.task).examplesRefusal?.(config) ?? null;
    if (refusal !== null) throw new UsageError(`${place}: ${refusal}`);
  }
}

function cellOf(place: string, draft: Draft, needs: NeedsOfPlan): PlannedCell {
  const { id, cell, config, factors, used, context, tuning, untuned } = draft;
  const { suite, profileName, profile } = context;
  const kind = kindOf(config.task);
  const words = wordsOfKind(config.task);
  const method = used?.method ?? null;
  const refusal = kind.refusal?.(config, method) ?? null;
  if (refusal !== null) throw new UsageError(`${place}: ${refusal}`);
  const { ratio, parameters, cost } = kind.outline(config, method);
  const file = used?.file ?? null;
  return {
    id,
    suite,
    profile: profileName,
    cell,
    kind: config.task,
    model: words.model(config),
    dataset: words.dataset(config),
    factors,
    ratio,
    seed: config.seed,
    needs: needs.of(draft),
    config,
    ...(tuning === undefined ? {} : { tuning }),
    ...(file === null ? {} : { origin: file.path }),
    parameters,
    cost,
    estimatedSeconds: secondsOn(referenceRates, cost),
    timeLimitSeconds: profile.timeLimitSeconds,
    isNeeded: needs.isNeeded(draft),
    ...(untuned === undefined ? {} : { untuned }),
  };
}

/**
 * The cells of the drafts, without those whose methods refuse and those that need such cells.
 *
 * @param refuse told, once each, what methods from files refused, with the file in front; where it is left out, the
 *   first throws
 * @throws UsageError where nothing is left, and whatever is thrown for a method of the registry
 */
function withoutRefused(
  drafts: readonly Draft[],
  make: (draft: Draft) => PlannedCell,
  refuse: ((reason: string) => void) | undefined,
): PlannedCell[] {
  const reasons = new Set<string>();
  const made = drafts.flatMap((draft) => {
    try {
      return [make(draft)];
    } catch (error) {
      const file = draft.used?.file ?? null;
      const refused = error instanceof UsageError || error instanceof MethodFileError;
      if (!refused || file === null) throw error;
      const reason = error instanceof MethodFileError ? error.message : `${file.path}: ${error.message}`;
      if (refuse === undefined) throw new UsageError(reason, { cause: error });
      reasons.add(reason);
      return [];
    }
  });
  const cells = withTheirNeeds(made, reasons);
  if (cells.length === 0) throw new UsageError([...reasons].join('\n'));
  for (const reason of reasons) refuse?.(reason);
  return cells;
}
