import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Batch, testBatches, trainBatches } from '../data/images/batches.ts';
import type { ImageData } from '../data/images/images.ts';
import { withoutLeaks } from '../engine/gradients.ts';
import { tf } from '../engine/tensorflow.ts';
import type { Model } from '../nn/model.ts';
import { learningRateAt } from '../optim/step-schedule.ts';
import type { Streams } from '../random.ts';
import type { EpochPoint } from '../record.ts';
import type { DatasetSpec, TrainingSpec } from '../spec/spec.ts';
import { batchTensors } from './batch-tensors.ts';
import { type EvaluationStep, evaluate } from './evaluate.ts';
import { type NormSummary, normSummary } from './norms.ts';
import type { TrainingStep } from './training-step.ts';

export interface TrainerProgress {
  phase: 'train' | 'evaluate';
  epoch: number;
  step: number;
  steps: number;
  loss: number | null;
}

export interface TrainerOptions {
  model: Model;
  step: TrainingStep;
  evaluation: EvaluationStep;
  data: ImageData;
  dataset: DatasetSpec;
  training: TrainingSpec;
  streams: Streams;
  /** Points of the epochs that are already done: training goes on after them, from the variables as they are. */
  curve: readonly EpochPoint[];
  /** Epochs of earlier trainings of the cell, which the curve holds too; 0 where it is left out. */
  epochsBefore?: number;
  /** Called before the first step; its time counts to the first epoch's. */
  onStart?(): void | Promise<void>;
  /** Called after each step. Tensors made here are disposed. */
  afterStep?(event: StepEvent): void;
  onProgress(progress: TrainerProgress): void;
  /** Called after each epoch with the whole curve; the place to save a checkpoint. */
  onEpoch(curve: readonly EpochPoint[]): Promise<void>;
}

export interface StepEvent {
  /** Steps of this training that are done, this one included. */
  step: number;
  /** All steps of this training. */
  steps: number;
  learningRate: number;
  batch: Batch;
}

export interface TrainingOutcome {
  curve: EpochPoint[];
  /** Training stopped because the loss was no longer a finite number. */
  diverged: boolean;
}

/** Test images evaluated at once. */
export const evaluationBatch = 250;

/** Trains for the remaining epochs, testing after each. A loss that is not finite ends training as diverged. */
export async function train(options: TrainerOptions): Promise<TrainingOutcome> {
  const curve = [...options.curve];
  const before = options.epochsBefore ?? 0;
  for (let epoch = curve.length - before; epoch < options.training.epochs; epoch++) {
    const started = performance.now();
    if (epoch === 0) await options.onStart?.();
    const trained = await trainEpoch(options, epoch);
    const tested = trained.diverged ? null : await testEpoch(options, epoch);
    const finite = tested !== null && Number.isFinite(tested.loss);
    const norms = finite ? finiteNorms(options.model, trained.learningRate) : noNorms;
    curve.push({
      epoch: before + epoch + 1,
      learning_rate: trained.learningRate,
      train_loss: finiteOrNull(trained.loss),
      train_accuracy: trained.accuracy,
      test_loss: tested === null ? null : finiteOrNull(tested.loss),
      test_accuracy: tested?.accuracy ?? null,
      ...norms,
      seconds: (performance.now() - started) / 1000,
    });
    if (!finite) return { curve, diverged: true };
    await options.onEpoch(curve);
  }
  return { curve, diverged: false };
}

/** A weight that has decayed to zero has no effective learning rate. */
function finiteNorms(model: Model, learningRate: number): Pick<EpochPoint, keyof NormSummary> {
  const { frobenius_norm, nuclear_norm, learning_rate_over_norm, effective_learning_rate } = normSummary(
    model.compressed,
    learningRate,
  );
  return {
    frobenius_norm,
    nuclear_norm,
    learning_rate_over_norm: finiteOrNull(learning_rate_over_norm),
    effective_learning_rate: finiteOrNull(effective_learning_rate),
  };
}

export const noNorms = {
  frobenius_norm: null,
  nuclear_norm: null,
  learning_rate_over_norm: null,
  effective_learning_rate: null,
};

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

interface EpochResult {
  loss: number;
  accuracy: number;
  /** Of the epoch's last step. */
  learningRate: number;
  diverged: boolean;
}

async function trainEpoch(options: TrainerOptions, epoch: number): Promise<EpochResult> {
  const { data, dataset, training, step, streams, epochsBefore = 0, afterStep, onProgress } = options;
  const stepsPerEpoch = Math.ceil(data.train.count / training.batchSize);
  const steps = stepsPerEpoch * training.epochs;
  const imageShape = [data.height, data.width, data.channels];
  let [index, examples, loss, correct, learningRate] = [epoch * stepsPerEpoch, 0, 0, 0, 0];
  for (const batch of trainBatches(data, dataset, training.batchSize, epochsBefore + epoch, streams)) {
    learningRate = learningRateAt(index, stepsPerEpoch, training);
    const result = withoutLeaks('training step', () =>
      tf.tidy(() => {
        const feeds = { ...batchTensors(batch, imageShape), learningRate: tf.scalar(learningRate) };
        const scalars = step.run(feeds);
        return { loss: scalars.loss.dataSync()[0]!, correct: scalars.correct.dataSync()[0]! };
      }),
    );
    index++;
    examples += batch.size;
    loss += result.loss * batch.size;
    correct += result.correct;
    onProgress({
      phase: 'train',
      epoch: epochsBefore + epoch + 1,
      step: index,
      steps,
      loss: finiteOrNull(result.loss),
    });
    if (!Number.isFinite(result.loss))
      return { loss: Number.NaN, accuracy: correct / examples, learningRate, diverged: true };
    if (afterStep !== undefined) {
      withoutLeaks('after step', () => tf.tidy(() => afterStep({ step: index, steps, learningRate, batch })));
    }
    // Lets messages and signals of the parent process through.
    await nextTurn();
  }
  return { loss: loss / examples, accuracy: correct / examples, learningRate, diverged: false };
}

function testEpoch({ evaluation, data, training, epochsBefore = 0, onProgress }: TrainerOptions, epoch: number) {
  const steps = Math.ceil(data.train.count / training.batchSize) * training.epochs;
  const step = Math.round((steps * (epoch + 1)) / training.epochs);
  return evaluate(evaluation, testBatches(data, evaluationBatch), async () => {
    onProgress({ phase: 'evaluate', epoch: epochsBefore + epoch + 1, step, steps, loss: null });
    await nextTurn();
  });
}
