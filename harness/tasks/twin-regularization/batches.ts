import type { Drawn } from '../../data/drawn.ts';
import type { FrameData, Piece } from '../../data/frames/pieces.ts';
import { orderOf } from '../../data/passes.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Streams } from '../../random.ts';
import type { RecognizerTrainingSpec } from '../../spec/twin-regularization.ts';
import type { FrameFeeds } from './twin.ts';

/** Pieces as arrays, frame by frame: rows t·size + b. */
export interface FrameBatch {
  readonly size: number;
  /** Of the longest piece that there may be, so that all batches have one shape. */
  readonly frames: number;
  readonly dimension: number;
  /** [frames, size, dimension]; zero behind a piece's end. */
  readonly features: Float32Array;
  /** [frames·size]; 0 there. */
  readonly labels: Int32Array;
  /** 1 for each frame of a piece, else 0, [frames·size]. */
  readonly weights: Float32Array;
  /** Frames of each piece, [size]. */
  readonly lengths: Int32Array;
  /** What dropout's masks follow from; left out: there is none. */
  readonly dropoutSeed?: readonly [number, number];
}

/** Pieces side by side. */
export function frameBatch(pieces: readonly Piece[], { frames, dimension }: Pick<FrameData, 'frames' | 'dimension'>) {
  const size = pieces.length;
  const batch = {
    size,
    frames,
    dimension,
    features: new Float32Array(frames * size * dimension),
    labels: new Int32Array(frames * size),
    weights: new Float32Array(frames * size),
    lengths: Int32Array.from(pieces, ({ labels }) => labels.length),
  };
  pieces.forEach(({ features, labels }, column) => {
    labels.forEach((label, frame) => {
      const row = frame * size + column;
      batch.labels[row] = label;
      batch.weights[row] = 1;
      batch.features.set(features.subarray(frame * dimension, (frame + 1) * dimension), row * dimension);
    });
  });
  return batch satisfies FrameBatch;
}

/** The tensors of a batch. */
export function frameFeeds({ size, frames, dimension, dropoutSeed, ...batch }: FrameBatch): FrameFeeds {
  return {
    frames: tf.tensor(batch.features, [frames, size, dimension]),
    lengths: tf.tensor1d(batch.lengths, 'int32'),
    labels: tf.tensor1d(batch.labels, 'int32'),
    weights: tf.tensor1d(batch.weights),
    ...(dropoutSeed === undefined ? {} : { dropoutSeed: tf.tensor1d([...dropoutSeed], 'int32') }),
  };
}

export interface TrainOptions {
  data: FrameData;
  training: Pick<RecognizerTrainingSpec, 'batchSize' | 'updates' | 'validateEvery' | 'dropout'>;
  streams: Streams;
}

/**
 * The batches from one point of the curve to the next, as they are drawn: pieces in an order that is drawn anew whenever
 * all have been read, and the seeds of dropout (`dropout/<point>`).
 */
export function* drawnBatches(
  { data, training, streams }: TrainOptions,
  point: number,
): Generator<Drawn<FrameBatch>, void, undefined> {
  const { batchSize: size, updates, validateEvery, dropout } = training;
  const { train } = data.pieces;
  const seeds = streams(`dropout/${point}`);
  const seed = () => Math.floor(seeds() * 2 ** 30);
  const pieceAt = orderOf(train.length, streams);
  const from = point * validateEvery;
  for (let step = from; step < Math.min(from + validateEvery, updates); step++) {
    const rows = Int32Array.from({ length: size }, (_, row) => pieceAt(step * size + row));
    const dropoutSeed: [number, number] | undefined = dropout === 0 ? undefined : [seed(), seed()];
    yield {
      size: rows.reduce((sum, row) => sum + train[row]!.labels.length, 0),
      shape: `${data.frames}x${size}`,
      parts: {
        order: rows,
        ...(dropoutSeed === undefined ? {} : { 'dropout seeds': Int32Array.from(dropoutSeed) }),
      },
      batch: () => ({
        ...frameBatch(
          [...rows].map((row) => train[row]!),
          data,
        ),
        ...(dropoutSeed === undefined ? {} : { dropoutSeed }),
      }),
    };
  }
}

/** Pieces that are read together in evaluation. */
export const readTogether = 32;

/** A held-out part in batches of equal size: the last one is filled up with its first piece. */
export function* heldOutBatches(
  pieces: readonly Piece[],
  data: FrameData,
): Generator<{ own: readonly Piece[]; batch: FrameBatch }, void, undefined> {
  for (let from = 0; from < pieces.length; from += readTogether) {
    const own = pieces.slice(from, from + readTogether);
    const filled = Array.from({ length: readTogether }, (_, column) => own[column] ?? own[0]!);
    yield { own, batch: frameBatch(filled, data) };
  }
}

/** The same as it is drawn. */
export function* drawnHeldOut(
  pieces: readonly Piece[],
  data: FrameData,
): Generator<Drawn<FrameBatch>, void, undefined> {
  for (const { own, batch } of heldOutBatches(pieces, data)) {
    const { features, labels, weights } = batch;
    yield {
      size: own.reduce((sum, piece) => sum + piece.labels.length, 0),
      shape: `${batch.frames}x${batch.size}`,
      parts: { features, labels, weights },
      batch: () => batch,
    };
  }
}
