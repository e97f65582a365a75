import { macsInBatch, planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { datasetNamed } from '../../data/registry.ts';
import type { Method } from '../../methods/method.ts';
import { phasesOf } from '../../methods/phases.ts';
import { type Blueprint, totalOutputs } from '../../shape/blueprint.ts';
import { resnetBlueprint } from '../../shape/resnet.ts';
import { sizedNetwork } from '../../shape/sized-network.ts';
import { vggBlueprint } from '../../shape/vgg.ts';
import { wideResnetBlueprint } from '../../shape/wide-resnet.ts';
import type { DatasetSpec, ImageConfig, ModelSpec } from '../../spec/image.ts';
import { totalEpochs } from '../../train/phases.ts';
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

/** @param denseSpeed examples a second of the dense network's training */
export function outlineImageCell(config: ImageConfig, method: Method, denseSpeed: number): Outline {
  const { dataset } = config;
  const blueprint = blueprintOf(config.model, dataset);
  const network = sizedNetwork(blueprint);
  const budget = planBudget(network, method, budgetOf(config));
  const epochs = totalEpochs(phasesOf(method, config.training));
  const whole = datasetNamed(dataset.name).examples;
  const trained = (dataset.trainExamples ?? whole.train) * epochs;
  // A test image costs a forward pass: a third of a training step's three convolutions.
  const tested = ((dataset.testExamples ?? whole.test) * epochs) / 3;
  const passMacs = macsInBatch(budget, config.training.batchSize);
  const relative = relativeCost(passMacs, network.dense.macs, macsPerValue * totalOutputs(blueprint));
  return {
    ratio: budget.ratio,
    parameters: Math.round(budget.ratio * network.dense.parameters),
    estimatedSeconds: overheadSeconds + ((trained + tested) * relative) / denseSpeed,
  };
}
