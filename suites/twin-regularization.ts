import type { SuiteSpec } from '../harness/spec/suite.ts';
import type {
  RecognizerArmSpec,
  RecognizerTrainingSpec,
  RecurrentCellName,
  RecurrentSpec,
  SpokenWordsSpec,
  TwinExperimentSpec,
} from '../harness/spec/twin-regularization.ts';

/**
 * Twin regularization of recurrent recognizers of speech (Ravanelli, Serdyuk and Bengio 2018): while it is trained, a
 * network that reads forwards is drawn towards the states of one that reads backwards.
 */

const spokenWords: SpokenWordsSpec = {
  name: 'spoken-words',
  phones: 10,
  words: 12,
  phonesPerWord: 4,
  leastFrames: 2,
  mostFrames: 4,
  dimension: 10,
  noise: 1.8,
  frames: 30,
  trainUtterances: 60,
  validationUtterances: 100,
  testUtterances: 300,
};

const fewWords: SpokenWordsSpec = {
  ...spokenWords,
  frames: 16,
  trainUtterances: 40,
  validationUtterances: 30,
  testUtterances: 60,
};

const training: RecognizerTrainingSpec = {
  updates: 400,
  validateEvery: 20,
  batchSize: 16,
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  learningRate: 0.004,
  clipNorm: null,
  dropout: 0,
  decay: 1e-4,
};

const recurrent = (cell: RecurrentCellName, layers: number, width: number): RecurrentSpec => {
  return { name: 'recurrent', cell, layers, width };
};

const dense = { budget: [1], init: ['default'], regularizer: ['none'] } satisfies RecognizerArmSpec['factors'];
const arm = (method: string, own: Partial<RecognizerArmSpec['factors']> = {}): RecognizerArmSpec => {
  return { method, factors: { ...dense, ...own } };
};

/** All kinds of twins between what bounds them from both sides. */
const all: RecognizerArmSpec[] = [
  arm('unidirectional'),
  arm('shared-twin', { twin_weight: [0.6] }),
  arm('separate-twin', { twin_weight: [0.6, 2] }),
  arm('stopped-twin', { twin_weight: [2] }),
  arm('twin-networks', { twin_weight: [2] }),
  arm('look-ahead', { look_ahead: [2] }),
  arm('bidirectional'),
];

/** A twin whose term counts nothing is the unidirectional network, which one seed shows. */
const without: RecognizerArmSpec = { ...arm('shared-twin', { twin_weight: [0] }), seeds: 1 };

/** The published twin and what bounds it. */
const least = all.filter(({ method }) => ['unidirectional', 'shared-twin', 'bidirectional'].includes(method));
const twins = least.filter(({ method }) => method !== 'bidirectional');

/** Recurrent layers of half the parameters. */
const factorized: RecognizerArmSpec[] = [
  arm('unidirectional', { budget: [0.5], init: ['default', 'spectral'] }),
  arm('unidirectional', { budget: [0.5], init: ['spectral'], regularizer: ['frobenius-decay'] }),
  arm('shared-twin', {
    twin_weight: [0.6],
    budget: [0.5],
    init: ['spectral'],
    regularizer: ['frobenius-decay'],
  }),
];

const experiment = {
  task: 'twin-regularization',
  dataset: spokenWords,
  fallbackDataset: null,
  training,
} as const;

export const twinRegularization: SuiteSpec<TwinExperimentSpec> = {
  name: 'twin-regularization',
  title: 'Twin regularization of recurrent recognizers',
  description:
    'Does a network that reads an utterance forwards tell phones better when it is trained to agree with one that reads ' +
    'backwards, and how much of what reading both ways would give? Only the forward network is left at the test.',
  profiles: {
    smoke: {
      note:
        'Utterances of 16 frames, states of 16 numbers and 40 updates: shows that everything runs, learns and repeats. Too ' +
        'small to tell the arms apart. A folder of Kaldi archives is used where --data names one; without, generated ' +
        'utterances.',
      experiments: [
        {
          ...experiment,
          models: [recurrent('minimal-gru', 1, 16)],
          dataset: { name: 'kaldi', frames: 50, blank: null },
          fallbackDataset: fewWords,
          training: { ...training, updates: 40, validateEvery: 10 },
          arms: [
            ...all.filter(({ method }) => method !== 'separate-twin'),
            arm('separate-twin', { twin_weight: [0.6] }),
            without,
            ...factorized.slice(1),
          ],
        },
        {
          ...experiment,
          models: [recurrent('gru', 1, 16)],
          dataset: { ...fewWords, noise: 1 },
          training: { ...training, updates: 40, validateEvery: 10 },
          arms: [arm('unidirectional'), arm('shared-twin', { twin_weight: [0.6] })],
        },
        {
          ...experiment,
          models: [recurrent('light-gru', 2, 16)],
          dataset: fewWords,
          training: { ...training, updates: 20, validateEvery: 10, dropout: 0.2, clipNorm: 5 },
          arms: [arm('shared-twin', { twin_weight: [0.6] })],
        },
      ],
      seeds: 1,
      margin: 0.05,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'Generated utterances of 30 frames, 60 to train on, at two levels of noise; a minimal GRU and a GRU with states of ' +
        '32 numbers, 400 updates by Adam. All kinds of twins at one place, the published one at the ' +
        'others, both ways beside it for the minimal GRU. Utterances are the same for all seeds, which draw weights and order.',
      experiments: [
        {
          ...experiment,
          models: [recurrent('minimal-gru', 1, 32)],
          arms: [...all, { ...without, seeds: 3 }, ...factorized],
        },
        {
          ...experiment,
          models: [recurrent('minimal-gru', 1, 32)],
          dataset: { ...spokenWords, noise: 1 },
          arms: least,
        },
        {
          ...experiment,
          models: [recurrent('gru', 1, 32)],
          arms: twins,
        },
        {
          ...experiment,
          models: [recurrent('gru', 1, 32)],
          dataset: { ...spokenWords, noise: 1 },
          arms: twins,
        },
      ],
      seeds: 5,
      margin: 0.02,
      timeLimitSeconds: 3600,
    },
    paper: {
      note:
        'The published recognizer of TIMIT: Li-GRU of 5 layers and 550 numbers, RMSProp (Adam with β₁ = 0) at a learning ' +
        'rate of 0.0008, dropout 0.2, 24 passes, λ = 0.6; a folder of MFCC with a label a frame. Other than published: ' +
        'utterances are cut into pieces of 100 frames (24 of them are about the 8 utterances of a batch), the learning ' +
        'rate stays, and phones are counted of frames without a language model, so that errors of phones are larger.',
      experiments: [
        {
          ...experiment,
          models: [recurrent('light-gru', 5, 550)],
          dataset: { name: 'kaldi', frames: 100, blank: null },
          training: {
            ...training,
            updates: 12_900,
            validateEvery: 537,
            batchSize: 24,
            optimizer: { name: 'adam', beta1: 0, beta2: 0.95, epsilon: 1e-8 },
            learningRate: 8e-4,
            dropout: 0.2,
          },
          arms: [...all, ...factorized],
        },
      ],
      seeds: 5,
      margin: 0.01,
      timeLimitSeconds: 30 * 24 * 3600,
    },
  },
};
