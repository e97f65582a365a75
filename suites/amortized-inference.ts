import type {
  AmortizedArmSpec,
  AmortizedExperimentSpec,
  AutoencoderTrainingSpec,
  GeneratedBinarySpec,
} from '../harness/spec/amortized-inference.ts';
import type { DenoisingEncoderExperimentSpec } from '../harness/spec/denoising-encoder.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';

/**
 * Amortized inference regularization (Shu et al. 2018): what keeps the encoder of a variational autoencoder from fitting
 * each example (noise, bounded weights, a factorized encoder) and whether the model is better for it.
 */

type Factors = AmortizedArmSpec['factors'];

/** The dense encoder, trained by an objective. */
const plain = (own: Omit<Factors, 'budget' | 'init' | 'regularizer'>): AmortizedArmSpec => ({
  method: 'dense',
  factors: { budget: [1], init: ['default'], regularizer: ['none'], ...own },
});

/** A smaller encoder, trained as a variational autoencoder: its budget is a rank scale. */
const smaller = (own: Omit<Factors, 'objective'>, method = 'low-rank'): AmortizedArmSpec => ({
  method,
  budgetUnit: 'rank-scale',
  factors: { objective: ['vae'], ...own },
});

/** Encoders of the rank scale, with spectral initialization and Frobenius decay alone and together, and a thinner one. */
const factorized = (scale: number): AmortizedArmSpec[] => [
  smaller({
    budget: [scale],
    init: ['default', 'spectral'],
    regularizer: ['none', 'weight-decay', 'frobenius-decay'],
  }),
  smaller({ budget: [scale], init: ['default'], regularizer: ['none'] }, 'narrow'),
];

const generated: GeneratedBinarySpec = {
  name: 'generated-binary',
  pixels: 64,
  latent: 5,
  units: 32,
  trainExamples: 200,
  validationExamples: 200,
  testExamples: 500,
};

const training: AutoencoderTrainingSpec = {
  steps: 3000,
  batchSize: 50,
  learningRate: 1e-3,
  validateEvery: 100,
  decay: 1e-3,
};

/** Ten points in the plane whose posteriors are known, so that the best encoder of noisy points is too. */
const known = (sigma: readonly number[], steps = 4000): DenoisingEncoderExperimentSpec => ({
  task: 'denoising-encoder',
  models: [{ name: 'perceptron', hidden: [64, 64] }],
  dataset: { name: 'normal-posteriors', points: 10, dimension: 2, variance: 0.25, testExamples: 2000 },
  fallbackDataset: null,
  training: { steps, batchSize: 100, learningRate: 3e-3 },
  arms: [{ method: 'perceptron', factors: { sigma: [...sigma] } }],
});

export const amortizedInference: SuiteSpec<AmortizedExperimentSpec | DenoisingEncoderExperimentSpec> = {
  name: 'amortized-inference',
  title: 'Amortized inference regularization',
  description:
    'Does a variational autoencoder overfit through its encoder? Encoders that see noise, have bounded weights or are ' +
    'factorized, by the test log-likelihood of the model, stopped after a fixed length or by validation.',
  profiles: {
    smoke: {
      note:
        'Eight objectives and encoders for 300 steps instead of 3,000, widths of 50, estimates by 50 samples of 100 ' +
        'test examples: shows that everything runs, learns and repeats. Too short for anything to overfit. The denoising ' +
        'encoder is trained for 1,500 steps instead of 4,000.',
      experiments: [
        {
          task: 'amortized-inference',
          models: [{ name: 'autoencoder', hidden: [50, 50], latent: 8 }],
          dataset: { ...generated, trainExamples: 200, validationExamples: 50, testExamples: 100 },
          fallbackDataset: null,
          training: { ...training, steps: 300, validateEvery: 100 },
          estimate: { samples: 50, validationSamples: 20, trainExamples: 100 },
          mixedShare: 0.5,
          arms: [
            plain({ objective: ['vae'] }),
            plain({ objective: ['denoising', 'mixed'], sigma: [0.6] }),
            plain({ objective: ['weight-bound'], bound: [0.5] }),
            plain({ objective: ['importance-weighted'], samples: [5] }),
            smaller({ budget: [0.25], init: ['default'], regularizer: ['none'] }),
            smaller({ budget: [0.25], init: ['spectral'], regularizer: ['frobenius-decay'] }),
            smaller({ budget: [0.25], init: ['default'], regularizer: ['none'] }, 'narrow'),
          ],
        },
        known([1], 1500),
      ],
      seeds: 1,
      margin: 0.5,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'Generated bits with 200 training examples, few enough that the variational autoencoder overfits; estimates by ' +
        '500 samples. Both ways to stop are told of each training: after its 3,000 steps, and where validation was best.',
      experiments: [
        {
          task: 'amortized-inference',
          models: [{ name: 'autoencoder', hidden: [100, 100], latent: 8 }],
          dataset: generated,
          fallbackDataset: null,
          training,
          estimate: { samples: 500, validationSamples: 64, trainExamples: 200 },
          mixedShare: 0.5,
          arms: [
            plain({ objective: ['vae'] }),
            plain({ objective: ['denoising'], sigma: [0.3, 0.6, 1] }),
            plain({ objective: ['mixed'], sigma: [0.6] }),
            plain({ objective: ['weight-bound'], bound: [0.25, 0.5] }),
            plain({ objective: ['importance-weighted'], samples: [5] }),
            ...factorized(0.25),
          ],
        },
        known([0.2, 0.5, 1, 5]),
      ],
      seeds: 3,
      margin: 0.5,
      timeLimitSeconds: 1800,
    },
    paper: {
      note:
        'MNIST, its pixels drawn once by their brightness, 10,000 training images held out, and the generated bits of ' +
        'nightly with more seeds. The tables, networks and schedules of Shu et al. 2018 are not known here: the ' +
        'perceptrons are those of Burda et al. 2016 with one layer of z, with Adam at one rate for 100 epochs.',
      experiments: [
        {
          task: 'amortized-inference',
          models: [{ name: 'autoencoder', hidden: [200, 200], latent: 50 }],
          dataset: {
            name: 'mnist',
            trainExamples: 50_000,
            validationExamples: 10_000,
            testExamples: 10_000,
          },
          fallbackDataset: null,
          training: { ...training, steps: 50_000, batchSize: 100, validateEvery: 500 },
          estimate: { samples: 5000, validationSamples: 64, trainExamples: 1000 },
          mixedShare: 0.5,
          arms: [
            plain({ objective: ['vae'] }),
            plain({ objective: ['denoising', 'mixed'], sigma: [0.1, 0.3, 0.6, 1] }),
            plain({ objective: ['weight-bound'], bound: [0.5, 1, 2] }),
            plain({ objective: ['importance-weighted'], samples: [5, 50] }),
            ...factorized(0.1),
            ...factorized(0.25),
          ],
        },
        {
          task: 'amortized-inference',
          models: [{ name: 'autoencoder', hidden: [100, 100], latent: 8 }],
          dataset: generated,
          fallbackDataset: null,
          training,
          estimate: { samples: 3000, validationSamples: 64, trainExamples: 200 },
          mixedShare: 0.5,
          arms: [
            plain({ objective: ['vae'] }),
            plain({ objective: ['denoising', 'mixed'], sigma: [0.3, 0.6, 1, 2] }),
            plain({ objective: ['weight-bound'], bound: [0.25, 0.5, 1, 2] }),
            plain({ objective: ['importance-weighted'], samples: [5, 50] }),
            ...factorized(0.25),
          ],
        },
        known([0.2, 0.5, 1, 5]),
      ],
      seeds: 5,
      margin: 0.2,
      timeLimitSeconds: 30 * 24 * 3600,
    },
  },
};
