import { setImmediate as nextTurn } from 'node:timers/promises';
import { withoutLeaks } from '../engine/gradients.ts';
import { tf } from '../engine/tensorflow.ts';
import { warmedUpRate } from '../optim/inverse-sqrt-schedule.ts';
import type { Streams, Uniform } from '../random.ts';
import type { EpochPoint } from '../record.ts';
import type { SequenceTrainingSpec } from '../spec/translation.ts';
import { type IdPair, type TokenBatch, testTokenBatches, trainTokenBatches } from '../text/token-batches.ts';
import type { KeptWeights } from './kept-weights.ts';
import { sequenceBatch } from './sequence-batch.ts';
import type { SequenceBatch, SequenceFeeds, SequenceStep } from './sequence-step.ts';
import { finiteOrNull, noNorms, type TrainerProgress, type TrainingOutcome } from './trainer.ts';

export interface SequenceTrainerOptions {
  step: SequenceStep<SequenceFeeds>;
  evaluation: SequenceStep<SequenceBatch>;
  train: readonly IdPair[];
  valid: readonly IdPair[];
  training: SequenceTrainingSpec;
  length: TrainingLength;
  streams: Streams;
  kept: KeptWeights;
  /** Points of the epochs that are already done: training goes on after them, from the variables as they are. */
  curve: readonly EpochPoint[];
  onProgress(progress: TrainerProgress): void;
  /** Called after each epoch with the whole curve; the place to save a checkpoint. */
  onEpoch(curve: readonly EpochPoint[]): Promise<void>;
}

/** Updates of a training, and epochs, of which the last may be cut short. */
export interface TrainingLength {
  stepsPerEpoch: number;
  steps: number;
  epochs: number;
}

export function trainingLength(train: readonly IdPair[], training: SequenceTrainingSpec): TrainingLength {
  const stepsPerEpoch = testTokenBatches(train, batchOptions(training)).length;
  const steps = Math.min(training.epochs * stepsPerEpoch, training.updates ?? Number.POSITIVE_INFINITY);
  return { stepsPerEpoch, steps, epochs: Math.ceil(steps / stepsPerEpoch) };
}

export function batchOptions({ batchTokens, lengths }: SequenceTrainingSpec) {
  return { tokens: batchTokens, lengths };
}

type TrainingText = Pick<SequenceTrainerOptions, 'train' | 'training' | 'length' | 'streams'>;

/** The batches of an epoch's updates: all pairs, but for an epoch that is cut short. */
function epochBatches({ train, training, length, streams }: TrainingText, epoch: number): TokenBatch[] {
  const batches = trainTokenBatches(train, batchOptions(training), epoch, streams);
  return batches.slice(0, length.steps - epoch * length.stepsPerEpoch);
}

/**
 * What a training of so many epochs has seen: sentence pairs, and tokens of the target language with <eos>. An epoch that
 * ends early, as its loss is not finite, counts whole.
 */
export function trainedText(of: TrainingText, epochs: number): { pairs: number; tokens: number } {
  const { train } = of;
  const countOf = (pairs: readonly IdPair[]) => ({
    pairs: pairs.length,
    tokens: pairs.reduce((sum, { target }) => sum + target.length + 1, 0),
  });
  const whole = countOf(train);
  const last = countOf(epochBatches(of, epochs - 1).flatMap(({ pairs }) => pairs.map((pair) => train[pair]!)));
  return { pairs: (epochs - 1) * whole.pairs + last.pairs, tokens: (epochs - 1) * whole.tokens + last.tokens };
}

/** Trains for the remaining epochs, validating after each. A loss that is not finite ends training as diverged. */
export async function trainSequences(options: SequenceTrainerOptions): Promise<TrainingOutcome> {
  const { length, kept } = options;
  const curve = [...options.curve];
  while (curve.length < length.epochs) {
    const started = performance.now();
    const trained = await trainEpoch(options, curve.length);
    const trainSeconds = (performance.now() - started) / 1000;
    const validated = trained.finite ? await validate(options, curve.length) : null;
    const finite = validated !== null && Number.isFinite(validated.loss);
    curve.push({
      epoch: curve.length + 1,
      learning_rate: trained.learningRate,
      train_loss: finiteOrNull(trained.loss),
      train_accuracy: finiteOrNull(trained.accuracy),
      test_loss: null,
      test_accuracy: null,
      ...noNorms,
      valid_loss: finite ? validated.loss : null,
      perplexity: finite ? finiteOrNull(Math.exp(validated.loss)) : null,
      train_seconds: trainSeconds,
      seconds: (performance.now() - started) / 1000,
    });
    if (!finite) return { curve, diverged: true };
    kept.afterEpoch(curve);
    await options.onEpoch(curve);
  }
  return { curve, diverged: false };
}

interface Sums {
  loss: number;
  accuracy: number;
}

async function trainEpoch(options: SequenceTrainerOptions, epoch: number) {
  const { step, training, streams, onProgress } = options;
  const seeds = streams(`dropout/${epoch}`);
  const { stepsPerEpoch, steps } = options.length;
  const mean = tokenMean();
  let index = epoch * stepsPerEpoch;
  let learningRate = 0;
  for (const batch of epochBatches(options, epoch)) {
    learningRate = warmedUpRate(index, training);
    const loss = mean.add(() => step.run(trainFeeds(batch, learningRate, seeds)));
    index++;
    onProgress({ phase: 'train', epoch: epoch + 1, step: index, steps, loss: finiteOrNull(loss) });
    if (!Number.isFinite(loss)) return { loss: Number.NaN, accuracy: Number.NaN, learningRate, finite: false };
    // Lets messages and signals of the parent process through.
    await nextTurn();
  }
  return { ...mean.value(), learningRate, finite: true };
}

/** What a step is fed: a batch, and the seed of its dropout, of which each step takes two numbers. */
export function trainFeeds(batch: TokenBatch, learningRate: number, seeds: Uniform): SequenceFeeds {
  const seed = () => Math.floor(seeds() * 2 ** 30);
  return {
    ...sequenceBatch(batch),
    dropoutSeed: tf.tensor1d([seed(), seed()], 'int32'),
    learningRate: tf.scalar(learningRate),
  };
}

async function validate(options: SequenceTrainerOptions, epoch: number) {
  const { onProgress } = options;
  const { stepsPerEpoch, steps } = options.length;
  const step = Math.min(steps, (epoch + 1) * stepsPerEpoch);
  return evaluateSequences(options.evaluation, options.valid, options.training, async () => {
    onProgress({ phase: 'evaluate', epoch: epoch + 1, step, steps, loss: null });
    await nextTurn();
  });
}

/** Loss and accuracy of a token, over all pairs. `onBatch` is awaited after each batch. */
export async function evaluateSequences(
  evaluation: SequenceStep<SequenceBatch>,
  pairs: readonly IdPair[],
  training: SequenceTrainingSpec,
  onBatch: () => Promise<void>,
): Promise<Sums> {
  const mean = tokenMean();
  for (const batch of testTokenBatches(pairs, batchOptions(training))) {
    mean.add(() => evaluation.run(sequenceBatch(batch)));
    await onBatch();
  }
  return mean.value();
}

/** The mean over tokens of what steps give as means over their batches. */
function tokenMean() {
  let [tokens, loss, correct] = [0, 0, 0];
  return {
    /** Runs a step, and gives its loss. */
    add(run: () => ReturnType<SequenceStep<SequenceBatch>['run']>): number {
      const [own, count, right] = withoutLeaks('sequence step', () =>
        tf.tidy(() => {
          const result = run();
          return [result.loss, result.tokens, result.correct].map((value) => value.dataSync()[0]!);
        }),
      ) as [number, number, number];
      tokens += count;
      loss += own * count;
      correct += right;
      return own;
    },
    value: (): Sums => ({ loss: loss / tokens, accuracy: correct / tokens }),
  };
}
