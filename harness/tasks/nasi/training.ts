import { batchesOf } from '../../data/drawn.ts';
import type { Streams } from '../../random.ts';
import type { NasiTrainingSpec } from '../../spec/nasi.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { type Evaluation, evaluate } from '../../train/evaluate.ts';
import type { LoopKind } from '../../train/loop.ts';
import { type Batch, drawnTrainBatches, drawnWholeBatches } from './example-set.ts';
import type { NasiData } from './examples.ts';
import { type BatchFeeds, batchFeeds, type Network } from './network.ts';

/** Examples evaluated at once. */
export const evaluationBatch = 250;

/** On the held-out and on the test examples. */
export interface Validated extends Evaluation {
  tested: Evaluation;
}

/** Training in epochs, at one rate; after each a validation and a test. */
export function nasiTraining(
  { step, evaluation }: Network,
  { train, validation, test, sizes }: NasiData,
  { epochs, batchSize, learningRate }: NasiTrainingSpec,
  streams: Streams,
): LoopKind<Batch, BatchFeeds, Validated> {
  const stepsPerPoint = Math.ceil(train.count / batchSize);
  const feedsOf = (batch: Batch) => batchFeeds(batch, sizes);
  return {
    counted: 'epochs',
    step,
    async measure(onBatch) {
      const on = (set: typeof train) =>
        evaluate(evaluation, batchesOf(drawnWholeBatches(set, evaluationBatch)), feedsOf, onBatch);
      return { ...(await on(validation)), tested: await on(test) };
    },
    valuesOf({ learningRate: rate, loss, accuracy }, measured) {
      const trained = { learning_rate: rate, train_loss: finiteOrNull(loss), train_accuracy: finiteOrNull(accuracy) };
      if (measured === 'skipped') return trained;
      return {
        ...trained,
        validation_loss: measured === null ? null : finiteOrNull(measured.loss),
        validation_accuracy: measured?.accuracy ?? null,
        test_loss: measured === null ? null : finiteOrNull(measured.tested.loss),
        test_accuracy: measured?.tested.accuracy ?? null,
      };
    },
    phases: [
      {
        steps: epochs * stepsPerPoint,
        stepsPerPoint,
        rateAt: () => learningRate,
        drawn: (epoch) => drawnTrainBatches(train, batchSize, epoch, streams),
      },
    ],
    feedsOf,
  };
}
