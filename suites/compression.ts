import type { DatasetSpec, ImageArmSpec, ImageExperimentSpec } from '../harness/spec/image.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';
import { cifar10, published } from './published-resnets.ts';
import { nightlySizes, shortened } from './shortened.ts';

/**
 * Dense against low-rank networks on images, each low-rank budget under every initialization x regularizer combination
 * (Khodak et al. 2021, section 4, table 1), and against sparse ones at the same budget.
 */

const cifar100: DatasetSpec = { ...cifar10, name: 'cifar-100' };
const tinyImagenet: DatasetSpec = { ...cifar10, name: 'tiny-imagenet' };

/** Frobenius decay of a dense layer is weight decay, and its spectral initialization is its default one. */
const dense: ImageArmSpec = {
  method: 'dense',
  factors: { budget: [1], init: ['default'], regularizer: ['none', 'weight-decay'] },
};

const lowRankAt = (...budgets: number[]): ImageArmSpec => ({
  method: 'low-rank',
  factors: {
    budget: budgets,
    init: ['default', 'spectral'],
    regularizer: ['none', 'weight-decay', 'frobenius-decay'],
  },
});

/** The same with all kept singular values 1 (Kamalakara et al. 2022). */
const spectralOnesAt = (...budgets: number[]): ImageArmSpec => ({
  method: 'low-rank',
  factors: { budget: budgets, init: ['spectral-ones'], regularizer: ['none', 'weight-decay', 'frobenius-decay'] },
});

/** Thinner dense networks: of as many parameters, and of as many operations as the low-rank ones. */
const narrowAt = (...budgets: number[]): ImageArmSpec[] =>
  ['narrow', 'narrow-macs'].map((method) => ({
    method,
    factors: { budget: budgets, init: ['default'], regularizer: ['none', 'weight-decay'] },
  }));

/** The layers that it leaves dense have to fit into the budget, and something behind them. */
const warmUpAt = (...budgets: number[]): ImageArmSpec => ({
  method: 'full-rank-warm-up',
  factors: { budget: budgets, init: ['default'], regularizer: ['none', 'weight-decay', 'frobenius-decay'] },
});

/** Those that are compared without decay, too, as low-rank networks are. */
const alsoWithoutDecay = ['random-pruning', 'snip', 'rigl'];

/** Masks over the dense network: neither spectral initialization nor Frobenius decay applies. */
const sparseAt = (method: string, ...budgets: number[]): ImageArmSpec => ({
  method,
  factors: {
    budget: budgets,
    init: ['default'],
    regularizer: alsoWithoutDecay.includes(method) ? ['none', 'weight-decay'] : ['weight-decay'],
  },
});

/** Controls, pruning after, during and before training, and training whose masks change. */
const sparseMethods = [
  'random-pruning',
  'gradient-magnitude',
  'gradual-magnitude',
  'magnitude',
  'obd',
  'mlprune',
  'lottery-ticket',
  'snip',
  'grasp',
  'random-ticket',
  'set',
  'deep-r',
  'dsr',
  'rigl',
];

/** Every way to a budget but by a dense warm-up. */
const allAt = (...budgets: number[]): ImageArmSpec[] => [
  dense,
  ...narrowAt(...budgets),
  lowRankAt(...budgets),
  spectralOnesAt(...budgets),
  ...sparseMethods.map((method) => sparseAt(method, ...budgets)),
];

/** The published budgets, and two larger ones, so that every method has a curve. */
const smallImageBudgets = [0.02, 0.05, 0.1, 0.2, 0.4];

/** The published training of ResNet-32 in both widths. */
const resnetExperiment = (dataset: DatasetSpec, ...budgets: number[]): ImageExperimentSpec => ({
  task: 'image',
  models: [
    { name: 'resnet-projection', depth: 32, width: 32 },
    { name: 'resnet-projection', depth: 32, width: 64 },
  ],
  dataset,
  fallbackDataset: null,
  training: published,
  // The first block, stem and shortcuts are 2 % of the narrower network, and hold 3 % with one rank elsewhere.
  arms: [...allAt(...budgets), warmUpAt(...budgets.filter((budget) => budget >= 0.1))],
});

/** The published training of VGG-19: twice the decay. */
const vggExperiment = (dataset: DatasetSpec): ImageExperimentSpec => ({
  task: 'image',
  models: [{ name: 'vgg', depth: 19, width: 64 }],
  dataset,
  fallbackDataset: null,
  training: { ...published, decay: 2e-4 },
  // The first half of the convolutions is 12 % of the network.
  arms: [...allAt(...smallImageBudgets), warmUpAt(...smallImageBudgets.filter((budget) => budget >= 0.2))],
});

/** Every kind of method, those that are not to be ranked here once. */
const smokeArms: ImageArmSpec[] = [
  dense,
  lowRankAt(0.25),
  { method: 'snip', factors: { budget: [0.25], init: ['default'], regularizer: ['weight-decay'] } },
  sparseAt('set', 0.25),
  { method: 'narrow', factors: { budget: [0.25], init: ['default'], regularizer: ['weight-decay'] } },
  sparseAt('gradual-magnitude', 0.25),
  ...[spectralOnesAt(0.25), warmUpAt(0.25)].map(({ factors, ...arm }): ImageArmSpec => {
    return { ...arm, factors: { ...factors, regularizer: ['frobenius-decay'] } };
  }),
];

/** In the shared lane and, at the learning rate and λ of their own, in the tuned one. */
const tunedAt = (budget: number): ImageArmSpec[] => {
  const own = (
    method: string,
    at: number,
    init: 'default' | 'spectral',
    regularizer: 'none' | 'weight-decay' | 'frobenius-decay',
  ): ImageArmSpec => ({
    method,
    factors: { budget: [at], init: [init], regularizer: [regularizer], tuning: ['tuned'] },
  });
  return [
    own('dense', 1, 'default', 'none'),
    own('dense', 1, 'default', 'weight-decay'),
    own('narrow', budget, 'default', 'weight-decay'),
    own('low-rank', budget, 'default', 'weight-decay'),
    own('low-rank', budget, 'spectral', 'frobenius-decay'),
    own('gradual-magnitude', budget, 'default', 'weight-decay'),
    own('rigl', budget, 'default', 'weight-decay'),
  ];
};

const smokeSizes = { trainExamples: 1600, validationExamples: 250, testExamples: 1000 };

export const compression: SuiteSpec<ImageExperimentSpec> = {
  name: 'compression',
  title: 'Low-rank and sparse networks on images',
  description:
    'Which initialization and which regularizer suit a factorized network at a given parameter budget, and does it ' +
    'then train better than a sparse or the dense one?',
  profiles: {
    smoke: {
      note:
        'ResNet-8 of half the width for 6 epochs of 1,600 images: shows that everything runs, learns and repeats. Too ' +
        'short to rank the arms. Batches of 32 at a quarter of the published rate, and the decay of nightly.',
      experiments: [
        {
          task: 'image',
          models: [{ name: 'resnet', depth: 8, width: 8 }],
          dataset: { ...cifar10, ...smokeSizes },
          fallbackDataset: { ...cifar10, name: 'generated', ...smokeSizes },
          training: shortened(published, { epochs: 6, testEvery: 6, decay: 1e-3 }),
          arms: smokeArms,
        },
      ],
      seeds: 1,
      margin: 0.08,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'ResNet-8 for 10 epochs of 4,000 images instead of ResNet-32 for 200 of 50,000: batches of 32 instead of 128 ' +
        'for more steps, at a quarter of the rate; the decay is the larger of the two that were tried, both of ' +
        'which the dense network bears, as held-out images say. One budget. Lottery tickets take three rounds of pruning instead of a fifth of the weights a round.',
      experiments: [
        {
          task: 'image',
          models: [{ name: 'resnet', depth: 8, width: 16 }],
          dataset: { ...cifar10, ...nightlySizes },
          fallbackDataset: null,
          training: shortened(published, { epochs: 10, testEvery: 5, decay: 1e-3 }),
          arms: [...allAt(0.25), warmUpAt(0.25), ...tunedAt(0.25)],
        },
      ],
      seeds: 3,
      margin: 0.04,
      timeLimitSeconds: 3600,
      tuning: { learningRate: [0.025, 0.05], decay: [5e-4, 1e-3], seeds: 3 },
    },
    paper: {
      note:
        'The published schedule of the low-rank networks, for a GPU and for every method: 200 epochs of ResNet-32 in ' +
        'both widths ' +
        'that the paper and its code leave open (32/64/128 and 64/128/256), and of VGG-19. Phases before and after ' +
        '(dense ' +
        'training, rounds, fine-tuning) come on top, and are counted. Lottery tickets take the published rounds, a fifth ' +
        'of the weights each. Sparse methods were published with schedules ' +
        'of their own ' +
        '(GraSP: 160 epochs on CIFAR, 300 on Tiny-ImageNet, decay 5e-4 for VGG-19); here all methods have the same. ' +
        'All training images are trained on, as published: none is held out, and nothing is selected.',
      experiments: [
        resnetExperiment(cifar10, ...smallImageBudgets),
        vggExperiment(cifar10),
        resnetExperiment(cifar100, ...smallImageBudgets),
        vggExperiment(cifar100),
        // One rank in every layer of the narrower network is above 0.02 with 200 classes.
        resnetExperiment(tinyImagenet, 0.05, 0.1, 0.15, 0.25, 0.45),
        vggExperiment(tinyImagenet),
      ],
      seeds: 3,
      margin: 0.005,
      timeLimitSeconds: 3000 * 24 * 3600,
    },
  },
};
