import { type Batch, drawnTrainBatches, testBatches, wholeBatches } from '../../data/images/batches.ts';
import type { ImageData } from '../../data/images/images.ts';
import type { Model } from '../../nn/model.ts';
import { learningRateAt } from '../../optim/step-schedule.ts';
import type { Streams } from '../../random.ts';
import type { DatasetSpec, TrainingSpec } from '../../spec/image.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { type Evaluation, evaluate } from '../../train/evaluate.ts';
import { type ImageFeeds, imageFeeds } from '../../train/image-steps.ts';
import type { Learner, LoopKind, LoopPhase } from '../../train/loop.ts';
import { normValues } from '../../train/norms.ts';
import { epochsOf, type Phase, partOf } from '../../train/phases.ts';
import type { Step, TrainingStep } from '../../train/step.ts';

/** Images evaluated at once. */
export const evaluationBatch = 250;

/** On the test images. */
export interface ImageEvaluation extends Evaluation {
  /** On the held-out training images; null: there are none. */
  readonly validated: Evaluation | null;
}

export interface ImageLearnerOptions {
  model: Model;
  step: TrainingStep<ImageFeeds>;
  evaluation: Step<ImageFeeds>;
  data: ImageData;
}

export interface ImageTrainingOptions extends ImageLearnerOptions {
  dataset: DatasetSpec;
  phases: readonly Phase<TrainingSpec>[];
  streams: Streams;
  /** What is trained in all phases but the last one, where it is another network. */
  before?: Learner<ImageFeeds, ImageEvaluation> | undefined;
}

/**
 * Training on images in epochs, each of which ends with the norms of the compressible layers, and with a validation and
 * a test where these are due.
 */
export function imageTraining(options: ImageTrainingOptions): LoopKind<Batch, ImageFeeds, ImageEvaluation> {
  const { data, phases, before } = options;
  return {
    counted: 'epochs',
    phases: phases.map((phase, index) => {
      const own = before === undefined || index === phases.length - 1 ? {} : { learner: before };
      return { ...loopPhaseOf(phase, options), ...own };
    }),
    feedsOf: feedsOf(data),
    ...imageLearner(options),
  };
}

/** A network that is trained on images, validated and tested, and its norms. */
export function imageLearner(options: ImageLearnerOptions): Learner<ImageFeeds, ImageEvaluation> {
  const { model, step, evaluation, data } = options;
  const { validation } = data;
  return {
    step,
    async measure(onBatch) {
      const evaluated = (batches: Iterable<Batch>) => evaluate(evaluation, batches, feedsOf(data), onBatch);
      const validated = validation && (await evaluated(wholeBatches(data, validation, evaluationBatch)));
      return { ...(await evaluated(testBatches(data, evaluationBatch))), validated };
    },
    valuesOf({ learningRate, loss, accuracy }, tested) {
      const finite = tested === 'skipped' || (tested !== null && Number.isFinite(tested.loss));
      return {
        learning_rate: learningRate,
        train_loss: finiteOrNull(loss),
        train_accuracy: accuracy,
        ...(tested === 'skipped' || validation === null ? {} : validationValues(tested?.validated ?? null)),
        ...(tested === 'skipped' ? {} : testValues(tested)),
        ...normValues(model.compressed, learningRate, { finite }),
      };
    },
  };
}

function testValues(tested: Evaluation | null) {
  return { test_loss: tested === null ? null : finiteOrNull(tested.loss), test_accuracy: tested?.accuracy ?? null };
}

function validationValues(validated: Evaluation | null) {
  return {
    validation_loss: validated === null ? null : finiteOrNull(validated.loss),
    validation_accuracy: validated?.accuracy ?? null,
  };
}

function feedsOf({ height, width, channels }: ImageData): (batch: Batch) => ImageFeeds {
  return (batch) => imageFeeds(batch, [height, width, channels]);
}

function loopPhaseOf(
  phase: Phase<TrainingSpec>,
  { data, dataset, streams }: ImageTrainingOptions,
): LoopPhase<Batch, ImageFeeds, ImageEvaluation> {
  const { training } = phase;
  const stepsPerPoint = Math.ceil(data.train.count / training.batchSize);
  const before = stepsPerPoint * partOf(phase).from;
  return {
    steps: stepsPerPoint * epochsOf(phase),
    stepsPerPoint,
    pointsPerMeasurement: training.testEvery ?? 1,
    rateAt: (step) => learningRateAt(before + step, stepsPerPoint, training),
    drawn: (epoch) => drawnTrainBatches(data, dataset, training.batchSize, epoch, streams),
  };
}
