import { createHash } from 'node:crypto';
import picomatch from 'picomatch';
import { canonicalJson } from './canonical-json.ts';
import { cifar10Counts } from './data/cifar10.ts';
import { UsageError } from './errors.ts';
import { findRankScale } from './methods/budget.ts';
import { methodOf } from './methods/registry.ts';
import { type Blueprint, totalMacs } from './nn/blueprint.ts';
import { resnetBlueprint } from './nn/resnet-blueprint.ts';
import { vggBlueprint } from './nn/vgg-blueprint.ts';
import type { ArmSpec, Cell, CellConfig, DatasetSpec, ModelSpec, ProfileName, ProfileSpec, SuiteSpec } from './spec.ts';

export interface PlanOptions {
  /** Whether the profile's real data set is present; otherwise its generated stand-in is planned. */
  realData: boolean;
  /** Replicates instead of the profile's number. */
  seeds?: number;
  /** Globs on cell names: a cell that matches any is kept. */
  only?: readonly string[];
}

/**
 * The training runs of a suite's profile in a fixed order: model by model, seed by seed, arm by arm, so that an
 * interrupted run has whole replicates first.
 *
 * @throws UsageError where the profile does not exist, needs real data that is absent, names a cell twice, or where
 * `only` matches nothing.
 */
export function planCells(suite: SuiteSpec, profileName: ProfileName, options: PlanOptions): Cell[] {
  const profile = suite.profiles[profileName];
  if (profile === undefined) {
    const known = Object.keys(suite.profiles).join(', ');
    throw new UsageError(`suite ${suite.name} has no profile '${profileName}'; it has: ${known}`);
  }
  const dataset = datasetOf(suite.name, profileName, profile, options.realData);
  const seeds = Array.from({ length: options.seeds ?? profile.seeds }, (_, seed) => seed);
  const cells = profile.models.flatMap((model) =>
    seeds.flatMap((seed) =>
      profile.arms.flatMap((arm) => cellsOfArm({ suite: suite.name, profileName, profile, model, dataset, seed }, arm)),
    ),
  );
  refuseDuplicates(suite.name, profileName, cells);
  return options.only === undefined || options.only.length === 0 ? cells : matching(cells, options.only);
}

function refuseDuplicates(suite: string, profile: ProfileName, cells: readonly Cell[]): void {
  const names = new Set<string>();
  for (const { cell } of cells) {
    if (names.has(cell)) {
      throw new UsageError(`suite ${suite}, profile ${profile}: cell ${cell} comes twice; let no two arms overlap`);
    }
    names.add(cell);
  }
}

function datasetOf(suite: string, name: ProfileName, profile: ProfileSpec, realData: boolean): DatasetSpec {
  if (realData) return profile.dataset;
  if (profile.fallbackDataset === null) {
    throw new UsageError(
      `suite ${suite}, profile ${name}: needs ${profile.dataset.name}, which was not found; give its folder with --data DIR, or fetch it with --download`,
    );
  }
  return profile.fallbackDataset;
}

function matching(cells: readonly Cell[], only: readonly string[]): Cell[] {
  const matches = picomatch([...only]);
  const kept = cells.filter((cell) => matches(cell.cell));
  if (kept.length === 0) {
    throw new UsageError(
      `--only ${only.join(' --only ')}: matches none of ${cells.length} cells, such as ${cells[0]?.cell}`,
    );
  }
  return kept;
}

interface ArmContext {
  suite: string;
  profileName: ProfileName;
  profile: ProfileSpec;
  model: ModelSpec;
  dataset: DatasetSpec;
  seed: number;
}

function cellsOfArm(context: ArmContext, arm: ArmSpec): Cell[] {
  const { profile, model, dataset, seed } = context;
  const shared = { model, dataset, training: profile.training, method: arm.method, seed };
  return arm.budgets.flatMap((budget) =>
    arm.inits.flatMap((init) =>
      arm.regularizers.map((regularizer) => cellOf(context, { ...shared, budget, init, regularizer })),
    ),
  );
}

function cellOf({ suite, profileName, profile }: ArmContext, config: CellConfig): Cell {
  const blueprint = blueprintOf(config.model, config.dataset);
  const method = methodOf(config.method);
  const { scale, ratio } = findRankScale(blueprint, method, config.budget);
  const arm = method.compresses ? `${config.method}-${config.budget}` : config.method;
  return {
    id: hashOf(config),
    suite,
    profile: profileName,
    cell: [arm, config.init, config.regularizer, blueprint.name, config.dataset.name, `seed-${config.seed}`].join('.'),
    model: blueprint.name,
    dataset: config.dataset.name,
    method: config.method,
    init: config.init,
    regularizer: config.regularizer,
    budget: config.budget,
    ratio,
    seed: config.seed,
    config,
    estimatedSeconds: estimateSeconds(
      blueprint,
      profile,
      config,
      totalMacs(blueprint, (shape) => method.macs(shape, scale)),
    ),
    timeLimitSeconds: profile.timeLimitSeconds,
  };
}

/** The network of a model on a data set; every image set so far has 10 classes of 32 x 32 x 3. */
export function blueprintOf(model: ModelSpec, dataset: DatasetSpec): Blueprint {
  const shapes = { 'cifar-10': { classes: 10, size: 32 }, generated: { classes: 10, size: 32 } };
  const images = { ...shapes[dataset.name], inputChannels: 3 };
  switch (model.name) {
    case 'resnet':
      return resnetBlueprint({ ...model, ...images, shortcut: 'option-a' });
    case 'resnet-projection':
      return resnetBlueprint({ ...model, ...images, shortcut: 'projection' });
    case 'vgg':
      return vggBlueprint({ ...model, ...images });
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
/** Measured: at a tenth of the dense operations a step still takes about 0.6 of the dense time. */
const fixedShare = 0.55;
function estimateSeconds(blueprint: Blueprint, profile: ProfileSpec, config: CellConfig, macs: number): number {
  const { dataset, training } = config;
  const trained = (dataset.trainExamples ?? cifar10Counts.train) * training.epochs;
  // A test image costs a forward pass: a third of a training step's three convolutions.
  const tested = ((dataset.testExamples ?? cifar10Counts.test) * training.epochs) / 3;
  const relative = fixedShare + (1 - fixedShare) * Math.min(1, macs / totalMacs(blueprint));
  return overheadSeconds + ((trained + tested) * relative) / profile.denseExamplesPerSecond;
}
