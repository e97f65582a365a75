import { createHash } from 'node:crypto';
import seedrandom from 'seedrandom';

/** A seeded source of uniform numbers in [0, 1). */
export type Uniform = () => number;

/**
 * A named random stream. The seed is the SHA-256 of (family, replicate, purpose), so that streams of different purpose
 * are independent, and cells of one family (same model and data set) share data order, augmentation and dense weights.
 */
export type Streams = (purpose: string) => Uniform;

/** The streams of one replicate of a cell family. `replicate` is the cell's seed. */
export function streamsOf(family: string, replicate: number): Streams {
  return (purpose) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([family, replicate, purpose]))
      .digest('hex');
    const generator = seedrandom(digest);
    return () => {
      if (refusal !== null) throw refusal();
      return generator.double();
    };
  };
}

let refusal: (() => Error) | null = null;

/** Runs a function in which every draw throws the given error: for work that is done once and repeated without it. */
export function refusingDraws<T>(error: () => Error, run: () => T): T {
  const outer = refusal;
  refusal = error;
  try {
    return run();
  } finally {
    refusal = outer;
  }
}

/** Fills an array with draws of N(mean, standardDeviation²) by Marsaglia's polar method. */
export function gaussian(size: number, standardDeviation: number, uniform: Uniform, mean = 0): Float32Array {
  const out = new Float32Array(size);
  for (let i = 0; i < size; i += 2) {
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    out[i] = mean + standardDeviation * u * factor;
    if (i + 1 < size) out[i + 1] = mean + standardDeviation * v * factor;
  }
  return out;
}

/** Fills an array with draws of U(-bound, bound). */
export function uniformIn(size: number, bound: number, uniform: Uniform): Float32Array {
  return Float32Array.from({ length: size }, () => bound * (2 * uniform() - 1));
}

/** A random permutation of 0..size-1 (Fisher-Yates). */
export function permutation(size: number, uniform: Uniform): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
