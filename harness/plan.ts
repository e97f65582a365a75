import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { UsageError } from './errors.ts';
import { armsOf, type JoinedMethod, refuseArmless, withoutRefused } from './methods/joined.ts';
import { initsOf, type Method } from './methods/method.ts';
import { nameMatcher } from './name-matcher.ts';
import {
  type AnyDatasetSpec,
  type Cell,
  type CellConfig,
  type CellRegularizerName,
  type DataFolderName,
  type ExperimentSpec,
  generatedDatasetNames,
  isTranslation,
  needsFiles,
  type ProfileName,
  type ProfileSpec,
  type SuiteSpec,
} from './spec/spec.ts';
import { modelNameOf, outlineOf } from './tasks/outline.ts';

export interface PlanOptions {
  /** The data sets whose files are present; the stand-ins of others are planned. */
  present: Iterable<DataFolderName>;
  /** Replicates instead of the profile's number. */
  seeds?: number | undefined;
  /** Globs on cell names: a cell that matches any is kept. */
  only?: readonly string[] | undefined;
  /** Methods that take part beside those of the suite. */
  methods?: readonly JoinedMethod[] | undefined;
}

/**
 * The training runs of a suite's profile in a fixed order: experiment by experiment, model by model, seed by seed, arm by
 * arm, so that an interrupted run has whole replicates first.
 *
 * @param refuse told, once each, why cells of `methods` cannot be planned; the other cells are. Where it is left out, the
 *   first such cell throws.
 * @throws UsageError where the profile does not exist, names a cell twice, where `only` matches nothing, or where a cell
 * that it keeps needs real data that is absent.
 */
export function planCells(
  suite: SuiteSpec,
  profileName: ProfileName,
  options: PlanOptions,
  refuse?: (reason: string) => void,
): Cell[] {
  const profile = profileOf(suite, profileName);
  const present = new Set<string>([...options.present, ...generatedDatasetNames]);
  const { seeds, methods = [] } = options;
  const context = { suite: suite.name, profileName, profile, seeds, methods };
  const all = profile.experiments.flatMap((experiment) => {
    const { dataset, fallbackDataset } = experiment;
    const used = present.has(dataset.name) ? dataset : (fallbackDataset ?? dataset);
    return draftsOf({ ...context, experiment, dataset: used });
  });
  refuseDuplicates(suite.name, profileName, all);
  refuseArmless(methods, new Set(all.map(({ config }) => config.method)), refuse);
  const drafts = matching(all, options.only);
  if (drafts.length === 0) {
    const globs = options.only?.join(' --only ');
    throw new UsageError(`--only ${globs}: matches none of ${all.length} cells, such as ${all[0]?.cell}`);
  }
  const cells = withoutRefused(drafts, cellOf, refuse);
  const missing = new Set(cells.map(({ dataset }) => dataset).filter((name) => !present.has(name)));
  if (missing.size > 0) {
    const names = `${[...missing].join(', ')}, which ${missing.size === 1 ? 'was' : 'were'} not found`;
    throw new UsageError(
      `suite ${suite.name}, profile ${profileName}: needs ${names}; give its folder with --data DIR, fetch it with --download, or leave its cells out with --only`,
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
 * The data sets with files that the cells of a profile are trained on, of the cells that `only` keeps: by the names that
 * they have with the files or with the stand-in.
 */
export function neededDatasets(
  suite: SuiteSpec,
  profileName: ProfileName,
  options: Omit<PlanOptions, 'present'>,
): NeededDataset[] {
  const profile = profileOf(suite, profileName);
  const { seeds, methods = [] } = options;
  const context = { suite: suite.name, profileName, profile, seeds, methods };
  const needed = new Map<DataFolderName, boolean>();
  for (const experiment of profile.experiments) {
    const { dataset, fallbackDataset } = experiment;
    if (!needsFiles(dataset)) continue;
    const variants = fallbackDataset === null ? [dataset] : [dataset, fallbackDataset];
    const drafts = variants.flatMap((variant) => draftsOf({ ...context, experiment, dataset: variant }));
    if (matching(drafts, options.only).length === 0) continue;
    needed.set(dataset.name, (needed.get(dataset.name) ?? true) && fallbackDataset !== null);
  }
  return [...needed].map(([name, standIn]) => ({ name, standIn }));
}

function profileOf(suite: SuiteSpec, name: ProfileName): ProfileSpec {
  const profile = suite.profiles[name];
  if (profile !== undefined) return profile;
  const known = Object.keys(suite.profiles).join(', ');
  throw new UsageError(`suite ${suite.name} has no profile '${name}'; it has: ${known}`);
}

function refuseDuplicates(suite: string, profile: ProfileName, drafts: readonly Draft[]): void {
  const names = new Set<string>();
  for (const { cell } of drafts) {
    if (names.has(cell)) {
      throw new UsageError(
        `suite ${suite}, profile ${profile}: cell ${cell} comes twice; let no two arms or experiments overlap`,
      );
    }
    names.add(cell);
  }
}

function matching(drafts: readonly Draft[], only: readonly string[] | undefined): Draft[] {
  if (only === undefined || only.length === 0) return [...drafts];
  const matches = nameMatcher(only);
  return drafts.filter(({ cell }) => matches(cell));
}

interface ExperimentContext {
  suite: string;
  profileName: ProfileName;
  profile: ProfileSpec;
  experiment: ExperimentSpec;
  /** The experiment's data set or its stand-in. */
  dataset: AnyDatasetSpec;
  /** Replicates instead of the profile's number. */
  seeds: number | undefined;
  methods: readonly JoinedMethod[];
}

/** A cell by name and configuration, before its method is asked for numbers. */
interface Draft {
  cell: string;
  config: CellConfig;
  used: JoinedMethod;
  context: ExperimentContext;
}

function draftsOf(context: ExperimentContext): Draft[] {
  const { profile, experiment, dataset, methods } = context;
  const { training } = experiment;
  const arms = armsOf(experiment, methods);
  const seeds = Array.from({ length: context.seeds ?? profile.seeds }, (_, seed) => seed);
  return experiment.models.flatMap((model) =>
    seeds.flatMap((seed) =>
      arms.flatMap(({ arm: { method, budgets, inits, regularizers, budgetUnit, decays }, used }) =>
        budgets.flatMap((budget) =>
          inits.flatMap((init) =>
            regularizers.flatMap((regularizer) => {
              const unit = budgetUnit === undefined ? {} : { budgetUnit };
              const settings = { model, dataset, method, seed, budget, init, regularizer, ...unit };
              // An experiment's schema has made sure that its parts go together.
              const draft = (own: object, name: string) =>
                draftOf(context, used, { ...settings, training: { ...training, ...own } } as CellConfig, name);
              if (decays === undefined || regularizer === 'none') return [draft({}, regularizer)];
              return decays.map((decay) => draft({ decay }, `${regularizer}-${decay}`));
            }),
          ),
        ),
      ),
    ),
  );
}

/** @param decay the regularizer's name, with its λ where an arm has several */
function draftOf(context: ExperimentContext, used: JoinedMethod, settings: CellConfig, decay: string): Draft {
  const { method, file } = used;
  const { experiment } = context;
  const config = file === null ? settings : { ...settings, methodDigest: file.sha256 };
  const dense = method.kind === 'layer' && !method.compresses;
  const arm = dense ? config.method : `${config.method}-${config.budget}`;
  const variant = 'variant' in experiment && experiment.variant !== undefined ? [experiment.variant] : [];
  const names = [arm, config.init, decay, modelNameOf(config), config.dataset.name, ...variant];
  return { cell: [...names, `seed-${config.seed}`].join('.'), config, used, context };
}

function cellOf({ cell, config, used, context }: Draft): Cell {
  const { method, file } = used;
  const { suite, profileName, profile, experiment } = context;
  refuseIdle(suite, profileName, method, config);
  const { ratio, estimatedSeconds } = outlineOf(config, method, experiment.denseExamplesPerSecond);
  return {
    id: hashOf(config),
    suite,
    profile: profileName,
    cell,
    model: modelNameOf(config),
    dataset: config.dataset.name,
    method: config.method,
    init: config.init,
    regularizer: config.regularizer,
    budget: config.budget,
    ratio,
    seed: config.seed,
    config,
    ...(file === null ? {} : { origin: file.path }),
    estimatedSeconds,
    timeLimitSeconds: profile.timeLimitSeconds,
  };
}

/** Refuses an initialization that a method does not know, and a regularizer that could change nothing about it. */
function refuseIdle(suite: string, profile: ProfileName, method: Method, config: CellConfig): void {
  const { init, regularizer } = config;
  // A sparse method starts from the dense initialization.
  const inits: readonly string[] = method.kind === 'sparse' ? ['default'] : initsOf(method);
  // Spectral initialization of some of a Transformer's products is spectral initialization.
  const kind = isTranslation(config) && init !== 'default' ? 'spectral' : init;
  const wrong = !inits.includes(kind)
    ? `init '${init}'; give its arm inits ${inits.length === 1 ? '' : 'among '}[${inits.map((name) => `'${name}'`).join(', ')}]`
    : isWeightDecay(method, regularizer)
      ? `regularizer '${regularizer}', which is weight decay there; name that`
      : null;
  if (wrong !== null) throw new UsageError(`suite ${suite}, profile ${profile}: method ${method.name} has no ${wrong}`);
}

/** A masked weight is no product of factors, and a network without factors has none to scale the decay of. */
function isWeightDecay(method: Method, regularizer: CellRegularizerName): boolean {
  const ofFactors = regularizer === 'crs' || regularizer === 'no-factor-decay';
  if (method.kind === 'sparse') return regularizer === 'frobenius-decay' || ofFactors;
  return !method.compresses && ofFactors;
}

/** Streams are shared by cells of one family: same model, same data set. */
export function familyOf(config: CellConfig): string {
  return canonicalJson({ model: config.model, dataset: config.dataset.name });
}

function hashOf(config: CellConfig): string {
  return createHash('sha256').update(canonicalJson(config)).digest('hex').slice(0, 16);
}
