import { type Batch, testBatches, trainBatches } from '../../data/images/batches.ts';
import type { ImageData } from '../../data/images/images.ts';
import type { Model } from '../../nn/model.ts';
import { learningRateAt } from '../../optim/step-schedule.ts';
import type { Streams } from '../../random.ts';
import type { DatasetSpec, TrainingSpec } from '../../spec/image.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { type Evaluation, evaluate } from '../../train/evaluate.ts';
import { type ImageFeeds, imageFeeds } from '../../train/image-steps.ts';
import type { LoopKind, LoopPhase } from '../../train/loop.ts';
import { normSummary, normValues } from '../../train/norms.ts';
import type { Phase } from '../../train/phases.ts';
import type { Step, TrainingStep } from '../../train/step.ts';

/** Test images evaluated at once. */
export const evaluationBatch = 250;

export interface ImageTrainingOptions {
  model: Model;
  step: TrainingStep<ImageFeeds>;
  evaluation: Step<ImageFeeds>;
  data: ImageData;
  dataset: DatasetSpec;
  phases: readonly Phase<TrainingSpec>[];
  streams: Streams;
}

/** Training on images in epochs, each of which ends with a test and the norms of the compressible layers. */
export function imageTraining(options: ImageTrainingOptions): LoopKind<Batch, ImageFeeds, Evaluation> {
  const { model, step, evaluation, data } = options;
  const feedsOf = (batch: Batch) => imageFeeds(batch, [data.height, data.width, data.channels]);
  return {
    counted: 'epochs',
    phases: options.phases.map((phase) => loopPhaseOf(phase, options)),
    step,
    feedsOf,
    measure: (onBatch) => evaluate(evaluation, testBatches(data, evaluationBatch), feedsOf, onBatch),
    valuesOf({ learningRate, loss, accuracy }, tested) {
      const finite = tested !== null && Number.isFinite(tested.loss);
      return {
        learning_rate: learningRate,
        train_loss: finiteOrNull(loss),
        train_accuracy: accuracy,
        test_loss: tested === null ? null : finiteOrNull(tested.loss),
        test_accuracy: tested?.accuracy ?? null,
        ...normValues(finite ? normSummary(model.compressed, learningRate) : null),
      };
    },
  };
}

function loopPhaseOf({ training }: Phase<TrainingSpec>, options: ImageTrainingOptions): LoopPhase<Batch> {
  const { data, dataset, streams } = options;
  const stepsPerPoint = Math.ceil(data.train.count / training.batchSize);
  return {
    steps: stepsPerPoint * training.epochs,
    stepsPerPoint,
    rateAt: (step) => learningRateAt(step, stepsPerPoint, training),
    batches: (epoch) => trainBatches(data, dataset, training.batchSize, epoch, streams),
  };
}
