import { canonicalJson } from '../../canonical-json.ts';
import { loadTextSequences, type TextData } from '../../data/text/text-sequences.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { shortDigest } from '../../digest.ts';
import { tf } from '../../engine/tensorflow.ts';
import { UsageError } from '../../errors.ts';
import { buildMaskedTokenModel } from '../../nn/transformer/encoder.ts';
import { streamsOf } from '../../random.ts';
import type { PretrainingConfig, PretrainingDetails } from '../../spec/pretraining.ts';
import { maskIdOf, unigramEntropy } from '../../text/masking.ts';
import { maskedEvaluationStep, maskedTrainingStep } from '../../train/encoder-steps.ts';
import { trainLoop } from '../../train/loop.ts';
import { pointsOf } from '../../train/places.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { loadingOwn, methodFor, sizeOf, type Task, type TaskOptions } from '../task.ts';
import { maskedLengths, planEncoder } from './encoder.ts';
import { drawnOf, heldOutBatches, idleFeeds, maskedFeeds, pretrainingLoop, trainBatches } from './training.ts';
import { vocabularyWeight } from './vocabulary-weight.ts';

/** Digits of a number that is the same whatever logarithm a version of the runtime has. */
const digits = 10;

/**
 * Pre-training of an encoder: the metric is the cross-entropy of masked tokens of the test text. Its weights are kept
 * with the vocabulary that they are of.
 */
export async function pretrainingTask(
  config: PretrainingConfig,
  { streams, dataDir, ...options }: TaskOptions,
): Promise<Task> {
  const { training, dataset } = config;
  const method = methodFor(config, options.method);
  const { shared = loadingOwn } = options;
  const data = await shared(canonicalJson([dataset, dataDir]), () => loadTextSequences(dataset, dataDir));
  refuseUnfitting(config, data);
  const plan = planEncoder(config, method, 'masked-tokens', maskedLengths(config));
  const model = buildMaskedTokenModel(plan.blueprint, plan.compression, streams);
  const step = maskedTrainingStep(model, { ...training, regularizer: config.regularizer });
  const evaluation = maskedEvaluationStep(model);
  const loop = pretrainingLoop({ step, evaluation, data, training, streams });
  const points = loop.phases.reduce((sum, phase) => sum + pointsOf(phase), 0);
  const vocabulary = vocabularyWeight(data.vocabulary);
  const unigram = unigramEntropy(heldOutBatches(data.test, 'test', { data, training }));
  /** Trains on one batch over and over. */
  const idleTraining = () => {
    const [batch] = trainBatches({ data, training: { ...training, testEvery: 1 }, streams: idleStreams }, 0);
    return (run: typeof step.run) => tf.tidy(() => void run(idleFeeds(batch!)).loss.dataSync());
  };
  return {
    size: sizeOf(plan.budget, training.batchSize),
    data: {
      digest: data.digest,
      source: data.source,
      train: data.train.count,
      validation: data.validation?.count ?? null,
      test: data.test.count,
    },
    phases: [{ label: 'train', epochs: points }],
    warnings: [],
    state: step.variables,
    variables: [...model.variables, vocabulary],
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude({ curve, diverged }) {
      const last = diverged ? undefined : curve.at(-1)?.values;
      const [loss, accuracy] = [last?.test_loss ?? null, last?.test_accuracy ?? null];
      const steps = curve.at(-1)?.at ?? 0;
      const seconds = curve.reduce((sum, { train_seconds = 0 }) => sum + train_seconds, 0);
      const details: PretrainingDetails = {
        masked_tokens: unigram.count,
        unigram_entropy: unigram.entropy,
        below_unigram: loss === null ? null : unigram.entropy - loss,
        vocabulary: data.vocabulary.symbols.length,
        train_tokens_per_second: diverged ? null : (steps * training.batchSize * dataset.length) / seconds,
      };
      return {
        measures: [
          { metric: 'masked_cross_entropy', value: loss, best: null },
          { metric: 'masked_accuracy', value: accuracy, best: null },
        ],
        checks: [],
        details,
        examples: steps * training.batchSize,
      };
    },
    async measure() {
      const [testBatch] = heldOutBatches(data.test, 'test', { data, training });
      const evaluateOnce = () => tf.tidy(() => void evaluation.run(maskedFeeds(testBatch!)).loss.dataSync());
      return stepSpeeds(
        step,
        { examples: training.batchSize, once: idleTraining() },
        { examples: testBatch!.size, once: evaluateOnce },
      );
    },
    idleStep() {
      const trainOnce = idleTraining();
      return () => trainOnce(step.run);
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: ['train'],
        hooks: {},
        state: step.variables,
        data: data.digest,
        evaluated: {
          step: evaluation,
          on: { test: () => drawnOf(heldOutBatches(data.test, 'test', { data, training })) },
          feedsOf: maskedFeeds,
        },
        facts: {
          vocabulary: data.vocabulary.symbols.length,
          symbols: shortDigest(canonicalJson(data.vocabulary.symbols)),
          'unigram entropy of masked test tokens': Number(unigram.entropy.toPrecision(digits)),
        },
      }),
    dispose() {
      for (const { dispose } of [step, evaluation]) dispose();
      vocabulary.dispose();
    },
  };
}

/** What is timed does not depend on the seed. */
const idleStreams = streamsOf('measure', 0);

/** @throws UsageError where the model's tables are too small for the data */
function refuseUnfitting({ model, dataset }: PretrainingConfig, { vocabulary }: TextData): void {
  const needed = maskIdOf(vocabulary) + 1;
  if (needed > model.vocabulary) {
    throw new UsageError(
      `${dataset.name}: the vocabulary has ${needed} symbols with <mask>, the model's table ${model.vocabulary} rows; ` +
        'raise vocabulary, or lower merges',
    );
  }
  if (dataset.length <= model.positions) return;
  throw new UsageError(
    `${dataset.name}: sequences of ${dataset.length} tokens need as many positions; there are ${model.positions}`,
  );
}
