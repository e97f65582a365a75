import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { datasetFacts } from './data/dataset-facts.ts';
import { UsageError } from './errors.ts';
import { planBudget } from './methods/budget.ts';
import { armsOf, type JoinedMethod, refuseArmless, withoutRefused } from './methods/joined.ts';
import { initsOf, type Method } from './methods/method.ts';
import { phasesOf } from './methods/phases.ts';
import { nameMatcher } from './name-matcher.ts';
import { type Blueprint, totalMacs, totalOutputs } from './nn/blueprint.ts';
import { resnetBlueprint } from './nn/resnet-blueprint.ts';
import { vggBlueprint } from './nn/vgg-blueprint.ts';
import { wideResnetBlueprint } from './nn/wide-resnet-blueprint.ts';
import type {
  Cell,
  CellConfig,
  DatasetSpec,
  ExperimentSpec,
  FileDatasetName,
  ModelSpec,
  ProfileName,
  ProfileSpec,
  RegularizerName,
  SuiteSpec,
} from './spec.ts';
import { totalEpochs } from './train/phases.ts';

export interface PlanOptions {
  /** The data sets whose files are present; the stand-ins of others are planned. */
  present: Iterable<FileDatasetName>;
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
  const present = new Set<string>([...options.present, 'generated']);
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
  name: FileDatasetName;
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
  const needed = new Map<FileDatasetName, boolean>();
  for (const experiment of profile.experiments) {
    const { dataset, fallbackDataset } = experiment;
    if (dataset.name === 'generated') continue;
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
  dataset: DatasetSpec;
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
      arms.flatMap(({ arm: { method, budgets, inits, regularizers }, used }) =>
        budgets.flatMap((budget) =>
          inits.flatMap((init) =>
            regularizers.map((regularizer) =>
              draftOf(context, used, { model, dataset, training, method, seed, budget, init, regularizer }),
            ),
          ),
        ),
      ),
    ),
  );
}

function draftOf(context: ExperimentContext, used: JoinedMethod, settings: CellConfig): Draft {
  const { method, file } = used;
  const config = file === null ? settings : { ...settings, methodDigest: file.sha256 };
  const dense = method.kind === 'layer' && !method.compresses;
  const arm = dense ? config.method : `${config.method}-${config.budget}`;
  const model = blueprintOf(config.model, config.dataset).name;
  const cell = [arm, config.init, config.regularizer, model, config.dataset.name, `seed-${config.seed}`].join('.');
  return { cell, config, used, context };
}

function cellOf({ cell, config, used, context }: Draft): Cell {
  const { method, file } = used;
  const { suite, profileName, profile, experiment } = context;
  const blueprint = blueprintOf(config.model, config.dataset);
  refuseIdle(suite, profileName, method, config);
  const { ratio, passMacs } = planBudget(blueprint, method, config.budget);
  const epochs = totalEpochs(phasesOf(method, config.training));
  return {
    id: hashOf(config),
    suite,
    profile: profileName,
    cell,
    model: blueprint.name,
    dataset: config.dataset.name,
    method: config.method,
    init: config.init,
    regularizer: config.regularizer,
    budget: config.budget,
    ratio,
    seed: config.seed,
    config,
    ...(file === null ? {} : { origin: file.path }),
    estimatedSeconds: estimateSeconds(blueprint, experiment.denseExamplesPerSecond, config, epochs, passMacs),
    timeLimitSeconds: profile.timeLimitSeconds,
  };
}

/** Refuses an initialization that a method does not know, and a regularizer that could change nothing about it. */
function refuseIdle(suite: string, profile: ProfileName, method: Method, { init, regularizer }: CellConfig): void {
  // A sparse method starts from the dense initialization.
  const inits = method.kind === 'sparse' ? ['default'] : initsOf(method);
  const wrong = !inits.includes(init)
    ? `init '${init}'; give its arm inits ${inits.length === 1 ? '' : 'among '}[${inits.map((name) => `'${name}'`).join(', ')}]`
    : isWeightDecay(method, regularizer)
      ? `regularizer '${regularizer}', which is weight decay there; name that`
      : null;
  if (wrong !== null) throw new UsageError(`suite ${suite}, profile ${profile}: method ${method.name} has no ${wrong}`);
}

/** A masked weight is no product of factors, and a network without factors has none to scale the decay of. */
function isWeightDecay(method: Method, regularizer: RegularizerName): boolean {
  const ofFactors = regularizer === 'crs' || regularizer === 'no-factor-decay';
  if (method.kind === 'sparse') return regularizer === 'frobenius-decay' || ofFactors;
  return !method.compresses && ofFactors;
}

/** The network of a model for the images and classes of a data set. */
export function blueprintOf(model: ModelSpec, dataset: DatasetSpec): Blueprint {
  const { classes, side, channels } = datasetFacts[dataset.name];
  const images = { classes, size: side, inputChannels: channels };
  switch (model.name) {
    case 'resnet':
      return resnetBlueprint({ ...model, ...images, shortcut: 'option-a' });
    case 'resnet-projection':
      return resnetBlueprint({ ...model, ...images, shortcut: 'projection' });
    case 'vgg':
      return vggBlueprint({ ...model, ...images });
    case 'wide-resnet':
      return wideResnetBlueprint({ ...model, ...images });
  }
}

/** Streams are shared by cells of one family: same model, same data set. */
export function familyOf(config: CellConfig): string {
  return canonicalJson({ model: config.model, dataset: config.dataset.name });
}

function hashOf(config: CellConfig): string {
  return createHash('sha256').update(canonicalJson(config)).digest('hex').slice(0, 16);
}

/** Seconds to start a process, read the data and measure, beside training. */
const overheadSeconds = 4;
/**
 * What a convolution's output costs beside its operations (normalization, activation, their gradients), in
 * multiply-accumulates a value. Measured in training steps of batches of 32 at 0.1 to 0.3 of the dense operations: 0.5 to 0.6
 * of the dense time for ResNet-8 and WRN-10-1, 0.3 to 0.5 for WRN-10-2.
 */
const macsPerValue = 100;

function estimateSeconds(
  blueprint: Blueprint,
  denseSpeed: number,
  { dataset }: CellConfig,
  epochs: number,
  macs: number,
): number {
  const whole = datasetFacts[dataset.name];
  const trained = (dataset.trainExamples ?? whole.train) * epochs;
  // A test image costs a forward pass: a third of a training step's three convolutions.
  const tested = ((dataset.testExamples ?? whole.test) * epochs) / 3;
  const fixed = macsPerValue * totalOutputs(blueprint);
  const relative = Math.min(1, (macs + fixed) / (totalMacs(blueprint) + fixed));
  return overheadSeconds + ((trained + tested) * relative) / denseSpeed;
}
