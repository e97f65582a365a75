import type { EncoderArmSpec, EncoderSpec, PretrainingExperimentSpec } from '../harness/spec/pretraining.ts';
import type { FineTuningSpec, QuestionAnsweringExperimentSpec } from '../harness/spec/question-answering.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';
import type { PlainTextDatasetSpec, QuestionDatasetSpec } from '../harness/spec/text.ts';

/**
 * Pre-training of encoders on masked tokens, and what it leaves after fine-tuning on questions (Khodak et al. 2021, on
 * BERT): spectral initialization, Frobenius decay and their parts, under Adam, LAMB and FLAMBé as it is read here.
 */

type Factors = EncoderArmSpec['factors'];

/** Attention in smaller heads, and all matrices of low rank, the table of tokens among them. */
const lowRank = (budget: number, own: Pick<Factors, 'init' | 'regularizer' | 'optimizer'>): EncoderArmSpec => ({
  method: 'low-rank',
  factors: { budget: [budget], ...own },
  budgetUnit: 'rank-scale',
});

const dense = (regularizer: Factors['regularizer'], optimizer: Factors['optimizer']): EncoderArmSpec => ({
  method: 'dense',
  factors: { budget: [1], init: ['default'], regularizer, optimizer },
});

/** The thinner dense encoder of as many parameters. */
const narrow = (budget: number): EncoderArmSpec => ({
  method: 'narrow',
  factors: { budget: [budget], init: ['default'], regularizer: ['weight-decay'], optimizer: ['adam'] },
  budgetUnit: 'rank-scale',
});

const encoder = (layers: number, width: number, own: Pick<EncoderSpec, 'positions' | 'vocabulary'>): EncoderSpec => ({
  name: 'bert',
  layers,
  width,
  feedForward: 4 * width,
  heads: 4,
  ...own,
});

/** 15 % of the tokens, of which 80 % become <mask> and 10 % random ones (Devlin et al. 2019). */
const masking = { share: 0.15, masked: 0.8, random: 0.1 };

/** BERT's means of gradients, and of their squares. */
const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6 };

type Training = PretrainingExperimentSpec['training'];

/**
 * Fewer, smaller batches at rates of their own. Decay of Adam is a term of the objective, so that Frobenius decay is
 * scaled as the loss is: the translation suite says why.
 */
const shortened = (
  own: Pick<Training, 'updates' | 'testEvery' | 'batchSize' | 'learningRate' | 'lambLearningRate' | 'warmupUpdates'>,
): Training => ({
  ...own,
  optimizer: { name: 'adam', ...moments },
  clipNorm: 1,
  dropout: 0,
  masking,
  decay: 1e-4,
  decayCoupling: 'gradient',
});

/** An experiment of pre-training, and one that fine-tunes each of its encoders. */
function withFineTuning(
  experiment: PretrainingExperimentSpec,
  own: Pick<QuestionAnsweringExperimentSpec, 'dataset' | 'fineTuning' | 'denseExamplesPerSecond'>,
): [PretrainingExperimentSpec, QuestionAnsweringExperimentSpec] {
  const { models, dataset: text, training, arms } = experiment;
  return [experiment, { task: 'question-answering', models, fallbackDataset: null, text, training, arms, ...own }];
}

const shortText: PlainTextDatasetSpec = {
  name: 'generated-text',
  trainExamples: null,
  validationExamples: 40,
  testExamples: 200,
  lowerCase: true,
  merges: 300,
  length: 48,
};

const shortQuestions: QuestionDatasetSpec = {
  name: 'generated-questions',
  trainExamples: 600,
  testExamples: 200,
  length: 64,
  stride: 16,
  questionTokens: 24,
  answerTokens: 8,
};

const shortTuning: FineTuningSpec = {
  epochs: 1,
  batchSize: 16,
  adam: moments,
  learningRate: 1e-3,
  warmup: 0.1,
  clipNorm: 1,
  dropout: 0,
};

export const pretraining: SuiteSpec<PretrainingExperimentSpec | QuestionAnsweringExperimentSpec> = {
  name: 'pretraining',
  title: 'Pre-training of factorized encoders',
  description:
    'What do spectral initialization and Frobenius decay, alone and together, change in the pre-training of factorized ' +
    'encoders on masked tokens, and what is left of it after fine-tuning on questions?',
  profiles: {
    smoke: {
      note:
        'An encoder of 2 layers of width 32 for 60 updates on generated text, then an epoch of 600 generated questions: ' +
        'shows that everything runs, learns and repeats. Too short to rank the arms.',
      experiments: withFineTuning(
        {
          task: 'pretraining',
          models: [encoder(2, 32, { positions: 64, vocabulary: 400 })],
          dataset: shortText,
          fallbackDataset: null,
          training: shortened({
            updates: 60,
            testEvery: 60,
            batchSize: 16,
            learningRate: 3e-3,
            lambLearningRate: 0.02,
            warmupUpdates: 6,
          }),
          arms: [
            dense(['weight-decay'], ['adam']),
            narrow(0.5),
            lowRank(0.5, {
              init: ['spectral'],
              regularizer: ['frobenius-decay'],
              optimizer: ['adam', 'lamb', 'flambe-as-read'],
            }),
          ],
          denseExamplesPerSecond: 500,
        },
        { dataset: shortQuestions, fineTuning: shortTuning, denseExamplesPerSecond: 400 },
      ),
      seeds: 1,
      margin: 0.2,
      timeLimitSeconds: 600,
    },
  },
};
