import type { Bits } from '../../data/binary/binary-dataset.ts';
import type { Drawn } from '../../data/drawn.ts';
import { tf } from '../../engine/tensorflow.ts';
import { gaussian, permutation, type Streams, streamsOf, type Uniform } from '../../random.ts';
import type { ObjectiveSpec } from '../../spec/amortized-inference.ts';
import { drawsOf, type ExampleFeeds, sigmaOf } from './objective.ts';

/** Examples and noise as arrays. */
export interface ExampleBatch {
  readonly size: number;
  /** Bits, [size·pixels] */
  readonly x: Float32Array;
  /** ε, [draws·size·latent] */
  readonly noise: Float32Array;
  /** x + σξ, [size·pixels]; left out where there is no σ. */
  readonly shifted?: Float32Array;
}

/** The tensors of a batch. */
export function exampleFeeds({ size, x, noise, shifted }: ExampleBatch, latent: number): ExampleFeeds {
  const pixels = x.length / size;
  return {
    x: tf.tensor2d(x, [size, pixels]),
    noise: tf.tensor2d(noise, [noise.length / latent, latent]),
    ...(shifted === undefined ? {} : { shifted: tf.tensor2d(shifted, [size, pixels]) }),
  };
}

export interface TrainingDraws {
  examples: Bits;
  objective: ObjectiveSpec;
  latent: number;
  batchSize: number;
  streams: Streams;
}

/**
 * The batches up to a point of the curve, without an end: in a new order each time that all examples have been seen, but
 * for those that do not fill a batch. The noise of each follows from a seed, so that going through the draws takes no
 * time; the same seed gives all objectives the same ε.
 */
export function* trainingBatches(
  { examples, objective, latent, batchSize, streams }: TrainingDraws,
  point: number,
): Generator<Drawn<ExampleBatch>, never, undefined> {
  const [order, seeds] = [streams(`order/${point}`), streams(`noise/${point}`)];
  for (;;) {
    const all = permutation(examples.count, order);
    for (let from = 0; from + batchSize <= all.length; from += batchSize) {
      const rows = all.slice(from, from + batchSize);
      const seed = seedOf(seeds);
      yield {
        size: batchSize,
        shape: String(batchSize),
        parts: { rows, 'seeds of noise': Uint32Array.of(seed) },
        batch: () => noisyBatch(examples, rows, { draws: drawsOf(objective), sigma: sigmaOf(objective), latent, seed }),
      };
    }
  }
}

/** A seed of 32 bits. */
function seedOf(uniform: Uniform): number {
  return Math.floor(2 ** 32 * uniform());
}

interface Noise {
  draws: number;
  sigma: number | null;
  latent: number;
  seed: number;
}

/** Rows of examples with noise that follows from a seed. */
export function noisyBatch(
  { pixels, values }: Bits,
  rows: Uint32Array,
  { draws, sigma, latent, seed }: Noise,
): ExampleBatch {
  const size = rows.length;
  const x = new Float32Array(size * pixels);
  rows.forEach((row, index) => void x.set(values.subarray(row * pixels, (row + 1) * pixels), index * pixels));
  const streams = streamsOf('amortized-inference noise', seed);
  const noise = gaussian(draws * size * latent, 1, streams('latent'));
  if (sigma === null) return { size, x, noise };
  const shifted = gaussian(size * pixels, sigma, streams('input')).map((shift, index) => x[index]! + shift);
  return { size, x, noise, shifted };
}

/** Rows of the engine at once in an estimate: more take memory, and save no time. */
const rowsAtOnce = 16_384;

/**
 * The first examples of a part with samples of z for an estimate, in batches of equal size: the last one is filled up
 * with its first example. The noise is the same for all cells.
 */
export function* estimateBatches(
  examples: Bits,
  { count, samples, latent, part }: { count: number; samples: number; latent: number; part: string },
): Generator<Drawn<ExampleBatch>, void, undefined> {
  const size = Math.max(1, Math.min(count, Math.floor(rowsAtOnce / samples)));
  const seeds = streamsOf('amortized-inference estimate/1', 0)(part);
  for (let from = 0; from < count; from += size) {
    const rows = Uint32Array.from({ length: size }, (_, index) => (from + index < count ? from + index : from));
    const seed = seedOf(seeds);
    yield {
      size,
      shape: `${size}x${samples}`,
      parts: { rows, 'seeds of noise': Uint32Array.of(seed) },
      batch: () => noisyBatch(examples, rows, { draws: samples, sigma: null, latent, seed }),
    };
  }
}
