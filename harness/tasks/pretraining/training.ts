import type { Drawn } from '../../data/drawn.ts';
import { orderOf } from '../../data/passes.ts';
import type { TextData } from '../../data/text/text-sequences.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { linearRate } from '../../optim/linear-schedule.ts';
import { type Streams, streamsOf, type Uniform } from '../../random.ts';
import type { EncoderTrainingSpec } from '../../spec/pretraining.ts';
import type { Sequences } from '../../text/encoded-text.ts';
import { type MaskedBatch, maskedBatch } from '../../text/masking.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { MaskedFeeds } from '../../train/encoder-steps.ts';
import { type Evaluation, evaluate } from '../../train/evaluate.ts';
import type { LoopKind } from '../../train/loop.ts';
import type { Step, TrainingStep } from '../../train/step.ts';

/** A batch, and what the masks of its dropout follow from. */
export interface SeededMaskedBatch extends MaskedBatch {
  readonly dropoutSeed: readonly [number, number];
}

/** What held-out text says of a point; the loss is the test text's. */
export interface HeldOut extends Evaluation {
  validation: Evaluation | null;
}

export interface PretrainingOptions {
  step: TrainingStep<MaskedFeeds>;
  evaluation: Step<MaskedFeeds>;
  data: TextData;
  training: EncoderTrainingSpec;
  streams: Streams;
}

/** Training in updates on sequences that are masked anew whenever they are read. */
export function pretrainingLoop(options: PretrainingOptions): LoopKind<SeededMaskedBatch, MaskedFeeds, HeldOut> {
  const { step, evaluation, data, training, streams } = options;
  const { updates: steps, testEvery, learningRate, warmupUpdates: warmup } = training;
  const measured = (part: Sequences, name: HeldOutPart, onBatch: () => Promise<void>) =>
    evaluate(evaluation, heldOutBatches(part, name, options), maskedFeeds, onBatch);
  return {
    counted: 'steps',
    phases: [
      {
        steps,
        stepsPerPoint: testEvery,
        rateAt: (index) => linearRate(index, { learningRate, warmup, steps }),
        drawn: (point) => drawnOf(trainBatches({ data, training, streams }, point)),
      },
    ],
    step,
    feedsOf: seededFeeds,
    async measure(onBatch) {
      const { validation } = data;
      return {
        ...(await measured(data.test, 'test', onBatch)),
        validation: validation === null ? null : await measured(validation, 'validation', onBatch),
      };
    },
    valuesOf({ learningRate: rate, loss, accuracy }, found) {
      const trained = {
        learning_rate: rate,
        train_loss: finiteOrNull(loss),
        train_accuracy: Number.isFinite(loss) ? finiteOrNull(accuracy) : null,
      };
      if (found === 'skipped') return trained;
      const { validation = null } = found ?? {};
      return {
        ...trained,
        test_loss: finiteOrNull(found?.loss ?? Number.NaN),
        test_accuracy: finiteOrNull(found?.accuracy ?? Number.NaN),
        valid_loss: finiteOrNull(validation?.loss ?? Number.NaN),
      };
    },
  };
}

/**
 * The batches from one point of the curve to the next: sequences in an order that is drawn anew whenever all have been
 * read (`order/<pass>`), their masks (`masks/<point>`) and the seeds of dropout (`dropout/<point>`).
 */
export function* trainBatches(
  { data, training, streams }: Pick<PretrainingOptions, 'data' | 'training' | 'streams'>,
  point: number,
): Generator<SeededMaskedBatch, void, undefined> {
  const { batchSize: size, masking, testEvery, updates } = training;
  const { train, vocabulary } = data;
  const [masks, seeds] = [streams(`masks/${point}`), streams(`dropout/${point}`)];
  const seed = () => Math.floor(seeds() * 2 ** 30);
  const sequenceAt = orderOf(train.count, streams);
  const from = point * testEvery;
  for (let step = from; step < Math.min(from + testEvery, updates); step++) {
    const rows = Array.from({ length: size }, (_, row) => sequenceAt(step * size + row));
    yield { ...maskedBatch(train, rows, { size, masking, vocabulary }, masks), dropoutSeed: [seed(), seed()] };
  }
}

/** Sequences that are evaluated together. */
const evaluationBatch = 32;
type HeldOutPart = 'test' | 'validation';

/** The held-out sequences, masked: whatever the cell and its seed, the same tokens. */
export function* heldOutBatches(
  part: Sequences,
  name: HeldOutPart,
  { data: { vocabulary }, training: { masking } }: Pick<PretrainingOptions, 'data' | 'training'>,
): Generator<MaskedBatch, void, undefined> {
  const masks: Uniform = streamsOf('held-out masks', 0)(name);
  const size = Math.min(evaluationBatch, part.count);
  for (let from = 0; from < part.count; from += size) {
    const rows = Array.from({ length: Math.min(size, part.count - from) }, (_, row) => from + row);
    yield maskedBatch(part, rows, { size, masking, vocabulary }, masks);
  }
}

/** Batches as they are drawn: which sequences, what is hidden of them, and seeds. */
export function* drawnOf<B extends MaskedBatch & Partial<SeededMaskedBatch>>(
  batches: Iterable<B>,
): Generator<Drawn<B>, void, undefined> {
  for (const batch of batches) {
    const { size, length, sequences, tokens, places, labels, weights, dropoutSeed } = batch;
    yield {
      size: sequences.length,
      shape: `${size}x${length}`,
      get parts() {
        const seeds = dropoutSeed === undefined ? {} : { 'dropout seeds': Int32Array.from(dropoutSeed) };
        return { order: Int32Array.from(sequences), tokens, places, labels, weights, ...seeds };
      },
      batch: () => batch,
    };
  }
}

/** The tensors of a batch. */
export function maskedFeeds({ size, length, tokens, places, labels, weights }: MaskedBatch): MaskedFeeds {
  return {
    tokens: tf.tensor2d(tokens, [size, length], 'int32'),
    places: tf.tensor1d(places, 'int32'),
    labels: tf.tensor1d(labels, 'int32'),
    weights: tf.tensor1d(weights),
  };
}

function seededFeeds({ dropoutSeed, ...batch }: SeededMaskedBatch): MaskedFeeds & { dropoutSeed: Tensor } {
  return { ...maskedFeeds(batch), dropoutSeed: tf.tensor1d([...dropoutSeed], 'int32') };
}

/** What a step is fed outside training: a learning rate of zero. */
export function idleFeeds(batch: SeededMaskedBatch) {
  return { ...seededFeeds(batch), learningRate: tf.scalar(0) };
}
