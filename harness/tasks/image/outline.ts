import { type BudgetPlan, macsInBatch, planBudget } from '../../budget/budget.ts';
import { type Budget, budgetOf } from '../../budget/budget-unit.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { splitOf } from '../../data/images/split.ts';
import { datasetNamed } from '../../data/registry.ts';
import type { Method } from '../../methods/method.ts';
import { phasesOf } from '../../methods/phases.ts';
import { type Blueprint, totalOutputs } from '../../shape/blueprint.ts';
import { narrowedBlueprint } from '../../shape/narrowed.ts';
import { resnetBlueprint } from '../../shape/resnet.ts';
import type { Sized } from '../../shape/sized.ts';
import { sizedNetwork } from '../../shape/sized-network.ts';
import { vggBlueprint } from '../../shape/vgg.ts';
import { wideResnetBlueprint } from '../../shape/wide-resnet.ts';
import type { DatasetSpec, ImageConfig, ModelSpec, TrainingSpec } from '../../spec/image.ts';
import { epochsOf, type Phase } from '../../train/phases.ts';
import { overheadSeconds, relativeCost } from '../estimate.ts';
import type { Outline } from '../kind.ts';

/** The network of a model for the images and classes of a data set. */
export function blueprintOf(model: ModelSpec, dataset: DatasetSpec): Blueprint {
  const { classes, side, channels } = datasetNamed(dataset.name);
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

/**
 * What a convolution's output costs beside its operations (normalization, activation, their gradients), in
 * multiply-accumulates a value. Measured in training steps of batches of 32 at 0.1 to 0.3 of the dense operations: 0.5
 * to 0.6 of the dense time for ResNet-8 and WRN-10-1, 0.3 to 0.5 for WRN-10-2.
 */
const macsPerValue = 100;

/** A cell's network before anything is built: what its method makes of its model and budget. */
export interface ImagePlan {
  /** The network of the model, before its method is asked. */
  plain: Blueprint;
  /** What is built. */
  blueprint: Blueprint;
  /** The dense network. */
  network: Sized;
  budget: BudgetPlan;
  phases: Phase<TrainingSpec>[];
}

/** @throws UsageError as `planBudget` and `phasesOf` */
export function planImageNetwork(config: ImageConfig, method: Method): ImagePlan {
  const sizes = sizesOf(config, method);
  return { ...sizes, phases: phasesOf(method, config.training, sizes.budget.weightRatio) };
}

type Sizes = Omit<ImagePlan, 'phases'>;

/** What was found before: a plan's cells differ mostly in what has no part in it, and each takes a bisection. */
const found = new WeakMap<Method, Map<string, Sizes>>();

function sizesOf(config: ImageConfig, method: Method): Sizes {
  const budget = budgetOf(config);
  const ofMethod = found.get(method) ?? new Map<string, Sizes>();
  found.set(method, ofMethod);
  const key = canonicalJson([config.model, config.dataset.name, budget]);
  const sizes = ofMethod.get(key) ?? findSizes(config, method, budget);
  ofMethod.set(key, sizes);
  return sizes;
}

function findSizes({ model, dataset }: ImageConfig, method: Method, asked: Budget): Sizes {
  const plain = blueprintOf(model, dataset);
  const whole = method.kind === 'warm-up' ? method.hybrid(plain) : plain;
  const network = sizedNetwork(whole);
  const budget = planBudget(network, method, asked);
  const blueprint = budget.width === 1 ? whole : narrowedBlueprint(whole, budget.width);
  return { plain, blueprint, network, budget };
}

/**
 * Multiply-accumulates of one example's forward pass in training, by phase: before its last phase, a method with a
 * warm-up trains the dense network.
 */
export function macsByPhase({ network, budget, phases }: ImagePlan, method: Method, batchSize: number): number[] {
  const own = macsInBatch(budget, batchSize);
  return phases.map((_, index) => (method.kind === 'warm-up' && index < phases.length - 1 ? network.dense.macs : own));
}

/** @param denseSpeed examples a second of the dense network's training */
export function outlineImageCell(config: ImageConfig, method: Method, denseSpeed: number): Outline {
  const { dataset, training } = config;
  const plan = planImageNetwork(config, method);
  const { plain, blueprint, network, budget, phases } = plan;
  const split = splitOf(dataset, datasetNamed(dataset.name).examples);
  // A test image costs a forward pass, as a held-out one does: a third of a training step's three convolutions.
  const evaluated = (split.validation + split.test) / 3;
  const imagesOf = (phase: Phase<TrainingSpec>) => {
    const epochs = epochsOf(phase);
    return epochs * split.train + Math.ceil(epochs / (training.testEvery ?? 1)) * evaluated;
  };
  const { macs } = network.dense;
  const rest = macsPerValue * totalOutputs(plain);
  // What a thinner network puts out is less, too.
  const saved = rest - macsPerValue * totalOutputs(blueprint);
  const denseImages = macsByPhase(plan, method, training.batchSize).map(
    (passMacs, index) => imagesOf(phases[index]!) * relativeCost(passMacs - saved, macs, rest),
  );
  const images = denseImages.reduce((sum, count) => sum + count, 0);
  return {
    ratio: budget.ratio,
    parameters: Math.round(budget.ratio * network.dense.parameters),
    estimatedSeconds: overheadSeconds + images / denseSpeed,
  };
}
