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
import { costOfImageSteps, ofConvolutions, startSeconds, summed, trainingBytes } from '../estimate.ts';
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

export function outlineImageCell(config: ImageConfig, method: Method): Outline {
  const { dataset, training } = config;
  const { batchSize } = training;
  const plan = planImageNetwork(config, method);
  const { blueprint, network, budget, phases } = plan;
  const { side, channels, examples } = datasetNamed(dataset.name);
  const split = splitOf(dataset, examples);
  const held = split.validation + split.test;
  const values = totalOutputs(blueprint);
  const parts = macsByPhase(plan, method, batchSize).map((macs, index) => {
    const epochs = epochsOf(phases[index]!);
    return costOfImageSteps(blueprint, {
      trained: epochs * split.train,
      evaluated: Math.ceil(epochs / (training.testEvery ?? 1)) * held,
      batchSize,
      macs,
    });
  });
  const dataBytes = (split.train + held) * side * side * channels;
  const { parameters } = network.dense;
  return {
    ratio: budget.ratio,
    parameters: Math.round(budget.ratio * parameters),
    cost: {
      ...summed(parts),
      scalarSeconds: startSeconds,
      memoryBytes: trainingBytes({ values, batchSize, parameters, dataBytes, copies: ofConvolutions.copies }),
    },
  };
}
