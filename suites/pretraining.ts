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

type EncoderSizes = Pick<EncoderSpec, 'layers' | 'width' | 'vocabulary'> & Partial<EncoderSpec>;

const encoder = ({ width, ...own }: EncoderSizes): EncoderSpec => ({
  name: 'bert',
  width,
  feedForward: 4 * width,
  heads: 4,
  positions: 64,
  ...own,
});

/** 15 % of the tokens, of which 80 % become <mask> and 10 % random ones (Devlin et al. 2019). */
const masking = { share: 0.15, masked: 0.8, random: 0.1 };

/** BERT's means of gradients, and of their squares. */
const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6 };

type Training = PretrainingExperimentSpec['training'];

/**
 * Fewer, smaller batches at rates of their own. Decay of Adam is a term of the objective, so that Frobenius decay is
 * scaled as the loss is: the translation suite says why. Inside a trust ratio λ is that of LAMB's authors.
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
  lambDecay: 0.01,
  decayCoupling: 'gradient',
});

/** An experiment of pre-training, and one that fine-tunes each of its encoders. */
function withFineTuning(
  experiment: PretrainingExperimentSpec,
  own: Pick<QuestionAnsweringExperimentSpec, 'dataset' | 'fineTuning'>,
): [PretrainingExperimentSpec, QuestionAnsweringExperimentSpec] {
  const { models, dataset: text, training, arms } = experiment;
  return [experiment, { task: 'question-answering', models, fallbackDataset: null, text, training, arms, ...own }];
}

const generatedText: PlainTextDatasetSpec = {
  name: 'generated-text',
  trainExamples: null,
  validationExamples: 24,
  testExamples: 144,
  lowerCase: true,
  merges: 300,
  length: 64,
};

/** Pieces little larger than letters: what the letters beside one say of it is learnt soon. */
const inPieces = {
  trainExamples: null,
  validationExamples: 64,
  testExamples: 512,
  lowerCase: true,
  merges: 60,
  length: 64,
};

/** As many merges as BERT's vocabulary has pieces, and its longest sequences. */
const wikitext103: PlainTextDatasetSpec = {
  name: 'wikitext-103',
  trainExamples: null,
  validationExamples: 0,
  testExamples: null,
  lowerCase: true,
  merges: 29_000,
  length: 512,
};

const generatedQuestions: QuestionDatasetSpec = {
  name: 'generated-questions',
  trainExamples: 600,
  testExamples: 200,
  length: 64,
  stride: 16,
  questionTokens: 24,
  answerTokens: 8,
};

/** BERT's windows, strides and limits on SQuAD 1.1 (Devlin et al. 2019, released code). */
const squad: QuestionDatasetSpec = {
  name: 'squad',
  trainExamples: null,
  testExamples: null,
  length: 384,
  stride: 128,
  questionTokens: 64,
  answerTokens: 30,
};

const fineTuning: FineTuningSpec = {
  epochs: 1,
  batchSize: 16,
  adam: moments,
  learningRate: 1e-3,
  warmup: 0.1,
  clipNorm: 1,
  dropout: 0,
};

/** Spectral initialization and Frobenius decay, alone, together and neither. */
const corners = (budget: number, optimizer: Factors['optimizer']): EncoderArmSpec =>
  lowRank(budget, { init: ['default', 'spectral'], regularizer: ['weight-decay', 'frobenius-decay'], optimizer });

/** What both parts change, alone and together, under each optimizer; FLAMBé is read as having Frobenius decay always. */
const parts = (budget: number): EncoderArmSpec[] => [
  corners(budget, ['adam', 'lamb']),
  lowRank(budget, { init: ['default', 'spectral'], regularizer: ['frobenius-decay'], optimizer: ['flambe-as-read'] }),
];

export const pretraining: SuiteSpec<PretrainingExperimentSpec | QuestionAnsweringExperimentSpec> = {
  name: 'pretraining',
  title: 'Pre-training of factorized encoders',
  description:
    'What do spectral initialization and Frobenius decay, alone and together, change in the pre-training of factorized ' +
    'encoders on masked tokens, and what is left of it after fine-tuning on questions?',
  profiles: {
    smoke: {
      note:
        'An encoder of 2 layers of width 32 for 80 updates on generated text, then an epoch of 600 generated questions: ' +
        'shows that everything runs, learns and repeats. Too short to rank the arms.',
      experiments: withFineTuning(
        {
          task: 'pretraining',
          models: [encoder({ layers: 2, width: 32, vocabulary: 400 })],
          dataset: generatedText,
          fallbackDataset: null,
          training: shortened({
            updates: 80,
            testEvery: 80,
            batchSize: 12,
            learningRate: 3e-3,
            lambLearningRate: 0.02,
            warmupUpdates: 8,
          }),
          arms: [
            dense(['weight-decay'], ['adam']),
            narrow(0.5),
            lowRank(0.5, { init: ['default'], regularizer: ['weight-decay'], optimizer: ['lamb'] }),
            lowRank(0.5, {
              init: ['spectral'],
              regularizer: ['frobenius-decay'],
              optimizer: ['adam', 'flambe-as-read'],
            }),
          ],
        },
        { dataset: generatedQuestions, fineTuning },
      ),
      seeds: 1,
      margin: 0.2,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'Two encoders in place of BERT-base, and minutes in place of a million updates of 256 sequences of 512 tokens. One of ' +
        '2 layers of width 64 is pre-trained for 1,500 updates of 16 sequences of 64 tokens of generated text, and fine-tuned ' +
        'on generated questions. One of 1 layer of width 128 is pre-trained for 3,000 such updates on real text in 60 ' +
        'merges: of 300 or more, so short a training learns hardly more than how frequent tokens are. Decay is a ' +
        'term of the objective; λ is this project’s, and so are rates, chosen by dense encoders alone.',
      experiments: [
        ...withFineTuning(
          {
            task: 'pretraining',
            models: [encoder({ layers: 2, width: 64, vocabulary: 400 })],
            dataset: generatedText,
            fallbackDataset: null,
            training: shortened({
              updates: 1500,
              testEvery: 500,
              batchSize: 16,
              learningRate: 3e-3,
              lambLearningRate: 0.01,
              warmupUpdates: 100,
            }),
            arms: [
              dense(['none', 'weight-decay'], ['adam']),
              dense(['weight-decay'], ['lamb']),
              narrow(0.5),
              ...parts(0.5),
            ],
          },
          {
            dataset: { ...generatedQuestions, trainExamples: 3000, testExamples: 500 },
            fineTuning: { ...fineTuning, epochs: 2 },
          },
        ),
        {
          task: 'pretraining',
          models: [encoder({ layers: 1, width: 128, feedForward: 256, vocabulary: 256 })],
          dataset: { name: 'text', ...inPieces },
          fallbackDataset: { name: 'generated-text', ...inPieces, testExamples: 200 },
          training: shortened({
            updates: 3000,
            testEvery: 500,
            batchSize: 16,
            learningRate: 2e-3,
            lambLearningRate: 0.01,
            warmupUpdates: 100,
          }),
          arms: [dense(['weight-decay'], ['adam']), narrow(0.5), corners(0.5, ['adam'])],
        },
      ],
      seeds: 3,
      margin: 0.05,
      timeLimitSeconds: 3600,
    },
    paper: {
      note:
        'BERT-base by its published recipe, for a GPU: a million updates of 256 sequences of 512 tokens by Adam at 1e-4, ' +
        '10,000 of warm-up, decoupled decay of 0.01, dropout of 0.1, and SQuAD 1.1 for three epochs at 5e-5. LAMB has the ' +
        'rate of its authors for batches of 512 over √2, the root of the batch, and Adam’s warm-up. Sequences are of full length all ' +
        'along, the text is WikiText-103, and there is no next-sentence task. The form is that of the paper’s ' +
        'Transformers: normalization first, ReLU, no biases, their initialization. No text is held out, and nothing is ' +
        'selected. Other than there, scales of normalizations and the output’s biases decay and have trust ratios of their ' +
        'own, and there are no segments and no transformation in front of the masked tokens’ output.',
      experiments: withFineTuning(
        {
          task: 'pretraining',
          models: [
            { name: 'bert', layers: 12, width: 768, feedForward: 3072, heads: 12, positions: 512, vocabulary: 30_522 },
          ],
          dataset: wikitext103,
          fallbackDataset: null,
          training: {
            updates: 1_000_000,
            testEvery: 50_000,
            batchSize: 256,
            optimizer: { name: 'adam', ...moments },
            learningRate: 1e-4,
            lambLearningRate: 6.25e-4 / Math.SQRT2,
            warmupUpdates: 10_000,
            clipNorm: 1,
            dropout: 0.1,
            masking,
            decay: 0.01,
            lambDecay: 0.01,
            decayCoupling: 'decoupled',
          },
          arms: [
            dense(['none', 'weight-decay'], ['adam']),
            dense(['weight-decay'], ['lamb']),
            narrow(0.5),
            ...parts(0.5),
          ],
        },
        {
          dataset: squad,
          fineTuning: {
            epochs: 3,
            batchSize: 32,
            adam: moments,
            learningRate: 5e-5,
            warmup: 0.1,
            clipNorm: 1,
            dropout: 0.1,
          },
        },
      ),
      seeds: 3,
      margin: 0.005,
      timeLimitSeconds: 400_000 * 24 * 3600,
    },
  },
};
