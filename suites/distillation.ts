import type { DistillationArmSpec, DistillationExperimentSpec } from '../harness/spec/distillation.ts';
import type { DatasetSpec, ModelSpec } from '../harness/spec/image.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';
import { published, cifar10 as wholeCifar10 } from './published-resnets.ts';
import { nightlySizes, shortened } from './shortened.ts';

/**
 * Overcomplete training: ResNets whose convolutions are trained as products of more parameters, and collapsed into one
 * dense convolution each for inference (Khodak et al. 2021, section 4.3), against what else as much training buys: the
 * dense network for as long and for as many operations, a wider one of as many parameters, and Hinton's distillation.
 */

const cifar10: DatasetSpec = { ...wholeCifar10, normalization: 'imagenet' };

type Regularizers = DistillationArmSpec['factors']['regularizer'];

const decays: Regularizers = ['weight-decay', 'frobenius-decay'];

/** Frobenius decay of a dense layer is weight decay, and its spectral initialization is its default one. */
const dense = (...regularizer: Regularizers): DistillationArmSpec => ({
  method: 'dense',
  factors: { budget: [1], init: ['default'], regularizer },
});

/**
 * The dense network for the least whole epochs that take as many operations as overcomplete networks do in the
 * training's; a test holds them against these networks.
 */
const denseFor = (...epochs: number[]): DistillationArmSpec => ({
  method: 'dense',
  factors: { ...dense('weight-decay').factors, epochs },
});

/** *Wide*: two factors of rank scale 3 or 9. Spectral initialization is not defined beyond the full rank. */
const wide = (budget: number[], regularizer = decays): DistillationArmSpec => ({
  method: 'low-rank',
  factors: { budget, init: ['default'], regularizer },
  budgetUnit: 'rank-scale',
});

/** *Deep*: three factors of rank scale 1, the middle one begins as the identity. */
const deep = (init: DistillationArmSpec['factors']['init'], regularizer = decays): DistillationArmSpec => ({
  method: 'deep',
  factors: { budget: [1], init, regularizer },
  budgetUnit: 'rank-scale',
});

/** The same with noise on the middle factor, in the arm that the paper recommends. */
const deepResidual: DistillationArmSpec = { ...deep(['spectral'], ['frobenius-decay']), method: 'deep-residual' };

/** Dense networks of as many trained parameters as the wide ones of these rank scales, and as the deep one. */
const widerAs = (...budget: number[]): DistillationArmSpec => ({
  ...wide(budget, ['weight-decay']),
  method: 'wider',
});
const widerAsDeep: DistillationArmSpec = { ...deep(['default'], ['weight-decay']), method: 'wider-deep' };

/** Hinton's distillation into the dense network, at the temperature and weight that are usual on CIFAR. */
const student: DistillationArmSpec = {
  method: 'dense',
  factors: { ...dense('weight-decay').factors, temperature: [4], soft_weight: [0.9] },
};

/** An experiment, and the one that trains its teachers. */
function withTeachers(experiment: DistillationExperimentSpec & { teacher: ModelSpec }): DistillationExperimentSpec[] {
  const { teacher, ...rest } = experiment;
  return [experiment, { ...rest, models: [teacher], arms: [dense('weight-decay')] }];
}

const smokeSizes = { trainExamples: 1000, validationExamples: 250, testExamples: 500 };

/** The published schedule; networks of 50 layers and more begin with an epoch at a tenth of the rate. */
function paperExperiments(depth: number): DistillationExperimentSpec[] {
  return withTeachers({
    task: 'distillation',
    models: [{ name: 'resnet', depth, width: 16 }],
    teacher: { name: 'resnet', depth, width: 32 },
    dataset: cifar10,
    fallbackDataset: null,
    training: { ...published, firstEpochLearningRate: depth > 50 ? 0.01 : null },
    arms: [
      dense('none', 'weight-decay'),
      denseFor(204, 206, 216),
      wide([3, 9]),
      deep(['default', 'spectral']),
      deepResidual,
      widerAs(3, 9),
      widerAsDeep,
      student,
    ],
  });
}

export const distillation: SuiteSpec<DistillationExperimentSpec> = {
  name: 'distillation',
  title: 'Overcomplete training and distillation',
  description:
    'Does a network that is trained as a product of more parameters, and collapsed for inference, beat the same ' +
    'network trained plainly, for as long or for as many operations, a wider one, and one that learns from a teacher?',
  profiles: {
    smoke: {
      note:
        'ResNet-8 of half the width for 4 epochs of 1,000 images: shows that everything runs, learns, repeats and ' +
        'collapses. Too short to rank the arms. Batches of 32 at a quarter of the published rate, and the decay of ' +
        'nightly.',
      experiments: withTeachers({
        task: 'distillation',
        models: [{ name: 'resnet', depth: 8, width: 8 }],
        teacher: { name: 'resnet', depth: 8, width: 16 },
        dataset: { ...cifar10, ...smokeSizes },
        fallbackDataset: { ...cifar10, name: 'generated', ...smokeSizes },
        training: shortened(published, { epochs: 4, testEvery: 4, decay: 1e-3 }),
        arms: [
          dense('weight-decay'),
          denseFor(5),
          wide([3]),
          wide([9], ['frobenius-decay']),
          deep(['default'], ['frobenius-decay']),
          deep(['spectral']),
          deepResidual,
          widerAsDeep,
          student,
        ],
      }),
      seeds: 1,
      margin: 0.08,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'ResNet-8 of half the width for 10 epochs of 4,000 images instead of ResNet-32, -56 and -110 for 200 of 50,000: ' +
        'batches of 32 instead of 128 for more steps, at a quarter of the rate; the decay is that of the compression ' +
        'suite, the larger of those tried there, which a dense ResNet-8 bears as held-out images say.',
      experiments: withTeachers({
        task: 'distillation',
        models: [{ name: 'resnet', depth: 8, width: 8 }],
        teacher: { name: 'resnet', depth: 8, width: 16 },
        dataset: { ...cifar10, ...nightlySizes },
        fallbackDataset: null,
        training: shortened(published, { epochs: 10, testEvery: 5, decay: 1e-3 }),
        arms: [
          dense('none', 'weight-decay'),
          denseFor(11, 12),
          wide([3, 9]),
          deep(['default', 'spectral']),
          deepResidual,
          widerAs(3),
          widerAsDeep,
          student,
        ],
      }),
      seeds: 3,
      margin: 0.04,
      timeLimitSeconds: 3600,
    },
    paper: {
      note:
        'The published schedule, for a GPU: 200 epochs of ResNet-32, ResNet-56 and ResNet-110, each with the controls ' +
        'that were not published. All training images are trained on, as published: none is held out, and nothing is ' +
        'selected.',
      experiments: [...paperExperiments(32), ...paperExperiments(56), ...paperExperiments(110)],
      seeds: 3,
      margin: 0.005,
      timeLimitSeconds: 1000 * 24 * 3600,
    },
  },
};
