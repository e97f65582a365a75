import type { DatasetSpec, ImageArmSpec, ImageExperimentSpec, TrainingSpec } from '../harness/spec/image.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';
import { published as ofResnets, cifar10 as wholeCifar10 } from './published-resnets.ts';
import { nightlySizes, shortened } from './shortened.ts';

/**
 * Wide ResNets whose convolutions are tensors of few parameters, against low-rank and dense ones (Khodak et al. 2021,
 * section 4.2): by a format of the pointwise matrix beside a depthwise convolution, or of the convolution's own filter.
 */

const cifar10: DatasetSpec = { ...wholeCifar10, cutout: 16 };

/** The paper's tensor experiments. */
const published: TrainingSpec = { ...ofResnets, decayAt: [0.3, 0.6, 0.8], decayFactor: 0.2, decay: 5e-4 };

type Names = Pick<ImageArmSpec['factors'], 'init' | 'regularizer'>;

/** Frobenius decay of a dense layer is weight decay, and its spectral initialization is its default one. */
const dense: ImageArmSpec = {
  method: 'dense',
  factors: { budget: [1], init: ['default'], regularizer: ['none', 'weight-decay'] },
};

/** The dense network made thinner. */
const narrowAt = (names: Names['regularizer'], ...budget: number[]): ImageArmSpec => ({
  method: 'narrow',
  factors: { budget, init: ['default'], regularizer: names },
});

const regularizer: Names['regularizer'] = ['none', 'weight-decay', 'crs', 'frobenius-decay'];

/** Formats of the pointwise matrix. */
const ofPointwise = ['tensor-train', 'tucker', 'cp', 'tensor-ring', 'kronecker'];
/** Formats of the filter; their default initialization draws each small convolution by itself. */
const ofFilter = ['low-rank', 'tucker-2', 'cp-conv'];
/** The formats of the released code, and what its Frobenius decay of them comes to beside the true one. */
const released = ['tensor-train', 'tucker-tt-core'];

const armsOf = (methods: readonly string[], names: Names, budget: number[]): ImageArmSpec[] =>
  methods.map((method) => ({ method, factors: { budget, ...names } }));

/** Every method under every initialization and regularizer; two variants of methods in their most telling arms. */
const allAt = (...budgets: number[]): ImageArmSpec[] => [
  dense,
  narrowAt(['none', 'weight-decay'], ...budgets),
  ...armsOf(ofPointwise, { init: ['default', 'spectral', 'iid'], regularizer }, budgets),
  ...armsOf(ofFilter, { init: ['default', 'spectral'], regularizer }, budgets),
  ...armsOf(['low-rank'], { init: ['spectral-ones'], regularizer }, budgets),
  ...armsOf(released, { init: ['default', 'spectral'], regularizer: ['no-factor-decay'] }, budgets),
  ...armsOf(
    ['tucker-tt-core', 'tensor-train-conv'],
    { init: ['default', 'spectral'], regularizer: ['weight-decay', 'frobenius-decay'] },
    budgets,
  ),
];

/** Every method, initialization and regularizer at least once. */
const smokeArms = (budget: number): ImageArmSpec[] => [
  { ...dense, factors: { ...dense.factors, regularizer: ['weight-decay'] } },
  narrowAt(['weight-decay'], budget),
  ...armsOf(
    ['tucker-2', 'tensor-train-conv', 'cp-conv', 'cp', 'kronecker'],
    { init: ['spectral'], regularizer: ['frobenius-decay'] },
    [budget],
  ),
  ...armsOf(['low-rank'], { init: ['spectral-ones'], regularizer: ['frobenius-decay'] }, [budget]),
  ...armsOf(['tensor-train'], { init: ['default'], regularizer: ['none'] }, [budget]),
  ...armsOf(['tensor-ring'], { init: ['iid'], regularizer: ['frobenius-decay'] }, [budget]),
  ...armsOf(['tucker'], { init: ['spectral'], regularizer: ['crs'] }, [budget]),
  ...armsOf(['tucker-tt-core'], { init: ['spectral'], regularizer: ['no-factor-decay'] }, [budget]),
];

/**
 * What a night has time for: the two formats of the paper's experiments in both initializations and both decays, every
 * other one in the arm that the paper recommends, and sparse and thinner networks of as many parameters.
 */
const nightlyArms = (budget: number): ImageArmSpec[] => [
  dense,
  narrowAt(['weight-decay'], budget),
  ...armsOf(['magnitude', 'rigl'], { init: ['default'], regularizer: ['weight-decay'] }, [budget]),
  ...armsOf(
    ['tensor-train', 'tucker'],
    { init: ['default', 'spectral'], regularizer: ['weight-decay', 'frobenius-decay'] },
    [budget],
  ),
  ...armsOf(
    ['low-rank', 'tucker-2', 'cp', 'tensor-ring', 'kronecker'],
    { init: ['spectral'], regularizer: ['frobenius-decay'] },
    [budget],
  ),
];

const smokeSizes = { trainExamples: 1000, validationExamples: 250, testExamples: 500 };

export const tensors: SuiteSpec<ImageExperimentSpec> = {
  name: 'tensors',
  title: 'Tensor formats on wide ResNets',
  description:
    'Which tensor format suits the convolutions of a wide ResNet at a given parameter budget, how should it be ' +
    'initialized and decayed, and is it better than a low-rank one?',
  profiles: {
    smoke: {
      note:
        'WRN-10-1 for 4 epochs of 1,000 images: shows that everything runs, learns and repeats, every method, ' +
        'initialization and regularizer at least once. Too short to rank the arms. Batches of 32 at a quarter of the ' +
        'published rate, and the decay of nightly.',
      experiments: [
        {
          task: 'image',
          models: [{ name: 'wide-resnet', depth: 10, widen: 1 }],
          dataset: { ...cifar10, ...smokeSizes },
          fallbackDataset: { ...cifar10, name: 'generated', ...smokeSizes },
          training: shortened(published, { epochs: 4, testEvery: 4, decay: 3e-3 }),
          arms: smokeArms(0.15),
        },
      ],
      seeds: 1,
      margin: 0.08,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'WRN-10-1 for 6 epochs of 4,000 images instead of WRN-28-10 for 200 of 50,000: batches of 32 instead of 128 for ' +
        'more steps, at a quarter of the rate; the decay is the largest of those tried, all of which the dense network ' +
        'bears, as held-out images say. The formats of the paper under both initializations and decays, others in one arm each.',
      experiments: [
        {
          task: 'image',
          models: [{ name: 'wide-resnet', depth: 10, widen: 1 }],
          dataset: { ...cifar10, ...nightlySizes },
          fallbackDataset: null,
          training: shortened(published, { epochs: 6, testEvery: 3, decay: 3e-3 }),
          arms: nightlyArms(0.15),
        },
      ],
      seeds: 3,
      margin: 0.04,
      timeLimitSeconds: 3600,
      tuning: { learningRate: [0.025], decay: [5e-4, 1e-3, 2e-3, 3e-3], seeds: 3 },
    },
    paper: {
      note:
        'The published schedule, for a GPU: 200 epochs of WRN-28-10 at the two published budgets, with more formats, ' +
        'initializations and regularizers than were published. Published ranks of Tucker are those of its core as a ' +
        'tensor train. All training images are trained on, as published: none is held out, and nothing is selected.',
      experiments: [
        {
          task: 'image',
          models: [{ name: 'wide-resnet', depth: 28, widen: 10 }],
          dataset: cifar10,
          fallbackDataset: null,
          training: published,
          arms: allAt(0.01667, 0.06667),
        },
      ],
      seeds: 3,
      margin: 0.005,
      timeLimitSeconds: 500 * 24 * 3600,
    },
  },
};
