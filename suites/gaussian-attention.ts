import type {
  AttentionArmSpec,
  AttentionExperimentSpec,
  AttentionTrainingSpec,
  EncoderSpec,
  FootballSpec,
} from '../harness/spec/gaussian-attention.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';

/**
 * Gaussian attention over a memory of a knowledge base (Zhang, Winn and Tomioka 2016): TransE and TransGaussian, trained
 * by facts or by paths too, asked facts, paths and conjunctions.
 */

/** About 4,000 batches of 128 facts of the knowledge base below. */
const training: AttentionTrainingSpec = {
  epochs: 160,
  batchSize: 128,
  learningRate: 0.02,
  finalLearningRate: 0.004,
  validateEvery: 20,
  initialDeviation: 0.5,
};

/** 392 entities. */
const football: FootballSpec = {
  name: 'football',
  players: 300,
  clubs: 40,
  countries: 10,
  positions: 4,
  ages: 15,
  numbers: 23,
  validationQuestions: 200,
  testQuestions: 400,
};

/** As many entities as the knowledge base of the World Cup 2014 has, about. */
const worldCup: FootballSpec = {
  ...football,
  players: 736,
  clubs: 297,
  countries: 51,
  positions: 4,
  ages: 20,
  numbers: 23,
  validationQuestions: 500,
  testQuestions: 1000,
};

const encoder: EncoderSpec = { epochs: 40, learningRate: 0.01, finalLearningRate: 0.001, hidden: 32 };

const all: AttentionArmSpec[] = ['transe', 'unit-covariance', 'trans-gaussian'].map((method) => ({
  method,
  factors: { paths: ['facts', 'composed'] },
}));

export const gaussianAttention: SuiteSpec<AttentionExperimentSpec> = {
  name: 'gaussian-attention',
  title: 'Gaussian attention over a knowledge base',
  description:
    'Does a memory answer facts, paths of two facts and conjunctions alike? With a covariance for each relation, which ' +
    'paths add and conjunctions join, and with training by paths, it should; without either it should not.',
  profiles: {
    smoke: {
      note:
        'A knowledge base of 100 players for 50 epochs, dimension 16: shows that everything runs, learns and repeats. ' +
        'Too small to tell the arms apart. A folder of triples is used where --data names one; without, the generated ' +
        'knowledge base, which is asked in words as well.',
      experiments: [
        {
          task: 'gaussian-attention',
          models: [{ name: 'memory', dimension: 16 }],
          dataset: { name: 'triples', unseen: 'refused', validationQuestions: 100, testQuestions: 200 },
          fallbackDataset: {
            ...football,
            players: 100,
            clubs: 16,
            countries: 6,
            validationQuestions: 60,
            testQuestions: 150,
          },
          training: { ...training, epochs: 50, validateEvery: 25 },
          encoder: { ...encoder, epochs: 25 },
          arms: all,
        },
      ],
      seeds: 1,
      margin: 0.1,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'A knowledge base of 300 players with values at random, the memory’s dimension 20, trained by about 4,000 ' +
        'batches of 128. Facts are all trained on: it is about telling them again, not about new ones; paths that are ' +
        'asked are not trained on, and conjunctions never are.',
      experiments: [
        {
          task: 'gaussian-attention',
          models: [{ name: 'memory', dimension: 20 }],
          dataset: football,
          fallbackDataset: null,
          training,
          encoder,
          arms: all,
        },
      ],
      seeds: 3,
      margin: 0.02,
      timeLimitSeconds: 3600,
    },
    paper: {
      note:
        'A knowledge base of the size of that of the World Cup 2014, with values at random, because the copy that is ' +
        'known has every player play for the country of his club; and a folder of triples such as FB15k-237 or WN18RR, ' +
        'whose facts are held out. The published loss, schedule and encoder of questions are not known here: the ' +
        'settings are this project’s.',
      experiments: [
        {
          task: 'gaussian-attention',
          models: [{ name: 'memory', dimension: 30 }],
          dataset: worldCup,
          fallbackDataset: null,
          training: { ...training, epochs: 400 },
          encoder: { ...encoder, epochs: 80 },
          arms: all,
        },
        {
          task: 'gaussian-attention',
          models: [{ name: 'memory', dimension: 100 }],
          dataset: { name: 'triples', unseen: 'kept', validationQuestions: 5000, testQuestions: 50_000 },
          fallbackDataset: null,
          training: {
            ...training,
            epochs: 100,
            batchSize: 512,
            learningRate: 0.002,
            finalLearningRate: 0.0002,
            validateEvery: 5,
          },
          encoder: null,
          arms: all,
        },
      ],
      seeds: 5,
      margin: 0.01,
      timeLimitSeconds: 30 * 24 * 3600,
    },
  },
};
