import type { Uniform } from '../random.ts';

/** Choosing entries of layers by score or at random: exact counts, and nothing left to chance or to a sort's order. */

/**
 * Marks the k entries of highest score over all layers together. Equal scores: the lower layer, then the lower index.
 *
 * @param among 1 where an entry may be chosen; every entry where it is left out
 * @throws Error where k is not a whole number from 0 to the number of candidates, or a score is NaN
 */
export function highest(
  scores: readonly ArrayLike<number>[],
  k: number,
  among: readonly Uint8Array[] = scores.map(({ length }) => new Uint8Array(length).fill(1)),
): Uint8Array[] {
  const candidates = candidateScores(scores, among).sort();
  requireCount(k, candidates.length);
  // NaNs sort last.
  if (Number.isNaN(candidates.at(-1))) throw new Error('highest: a score is not a number');
  const threshold = k === 0 ? Number.POSITIVE_INFINITY : candidates[candidates.length - k]!;
  let above = 0;
  for (let i = candidates.length - 1; i >= 0 && candidates[i]! > threshold; i--) above++;
  let ties = k - above;
  return scores.map((layer, l) =>
    Uint8Array.from(layer, (score, i) => {
      if (among[l]![i] === 0 || score < threshold) return 0;
      if (score > threshold) return 1;
      return ties-- > 0 ? 1 : 0;
    }),
  );
}

function candidateScores(scores: readonly ArrayLike<number>[], among: readonly Uint8Array[]): Float64Array {
  const candidates = new Float64Array(among.reduce((count, layer) => count + ones(layer), 0));
  let filledTo = 0;
  for (const [l, layer] of scores.entries()) {
    for (let i = 0; i < layer.length; i++) if (among[l]![i] !== 0) candidates[filledTo++] = layer[i]!;
  }
  return candidates;
}

/**
 * Marks k candidates, every set of k equally likely: the first k draws of a Fisher-Yates shuffle.
 *
 * @param among 1 where an entry may be chosen
 * @throws Error where k is not a whole number from 0 to the number of candidates
 */
export function randomly(among: readonly Uint8Array[], k: number, uniform: Uniform): Uint8Array[] {
  const candidates = new Uint32Array(among.reduce((count, layer) => count + ones(layer), 0));
  requireCount(k, candidates.length);
  const starts = startsOf(among);
  let filledTo = 0;
  for (const [l, layer] of among.entries()) {
    for (let i = 0; i < layer.length; i++) if (layer[i] !== 0) candidates[filledTo++] = starts[l]! + i;
  }
  const chosen = new Uint8Array(starts.at(-1)!);
  for (let n = 0; n < k; n++) {
    const at = n + Math.floor(uniform() * (candidates.length - n));
    chosen[candidates[at]!] = 1;
    candidates[at] = candidates[n]!;
  }
  return among.map((_, l) => chosen.slice(starts[l], starts[l + 1]));
}

/** Where each layer starts when all entries stand in one row; the end of the last one behind. */
export function startsOf(layers: readonly Uint8Array[]): number[] {
  const starts = [0];
  for (const layer of layers) starts.push(starts.at(-1)! + layer.length);
  return starts;
}

/** Masks of one value throughout. */
export function filled(sizes: readonly number[], value: 0 | 1): Uint8Array[] {
  return sizes.map((size) => new Uint8Array(size).fill(value));
}

/** Number of ones. */
export function ones(mask: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i]!;
  return count;
}

/** |x| of every entry. */
export function magnitudes(values: Float32Array): Float32Array {
  return values.map(Math.abs);
}

/** 1 where a mask is 0. */
export function complement(mask: Uint8Array): Uint8Array {
  return mask.map((value) => 1 - value);
}

/** 1 where either mask is 1. */
export function union(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((value, i) => value | right[i]!);
}

function requireCount(k: number, candidates: number): void {
  if (Number.isInteger(k) && k >= 0 && k <= candidates) return;
  throw new Error(`selection: asked for ${k} of ${candidates} candidates`);
}
