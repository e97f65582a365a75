import type { Uniform } from '../random.ts';
import { proportionalCounts } from './densities.ts';
import { complement, ones, randomly, union } from './selection.ts';
import type { SparseContext } from './sparse-method.ts';

/**
 * Moving weights between layers: those below one threshold for all layers are dropped, and layers that keep more gain
 * more.
 */

/**
 * The kept weights with |w| ≥ H. Of a layer with none, the largest is kept (the first of equals): a layer without
 * weights would not get any back.
 */
export function survivors(
  values: readonly Float32Array[],
  masks: readonly Uint8Array[],
  threshold: number,
): Uint8Array[] {
  return masks.map((mask, l) => {
    const layer = values[l]!;
    const left = mask.map((value, i) => (value === 1 && !(Math.abs(layer[i]!) < threshold) ? 1 : 0));
    if (left.includes(1)) return left;
    let largest = -1;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 1 && (largest === -1 || Math.abs(layer[i]!) > Math.abs(layer[largest]!))) largest = i;
    }
    if (largest !== -1) left[largest] = 1;
    return left;
  });
}

/**
 * H for the next time: doubled where fewer than 0.9 of the target were dropped, halved where more than 1.1 of it were.
 */
export function adaptedThreshold(threshold: number, dropped: number, target: number): number {
  if (dropped < 0.9 * target) return 2 * threshold;
  if (dropped > 1.1 * target) return threshold / 2;
  return threshold;
}

/**
 * Keeps the weights marked in `left`, and gives the rest of the budget to the layers in proportion to what each has
 * left, at random free places, dropped ones too, at weight zero and momentum zero. What a full layer cannot take goes
 * to the others in the same proportion. Each layer must have a weight left.
 */
export function reallocate(
  context: Pick<SparseContext, 'keep' | 'setMasks'>,
  left: readonly Uint8Array[],
  uniform: Uniform,
): void {
  const kept = left.map(ones);
  // R + F·R/ΣR with F = keep − ΣR freed is R·keep/ΣR: what a layer keeps and gains is in proportion to what it keeps.
  const counts = proportionalCounts(
    'reallocate',
    left.map(({ length }) => length),
    kept,
    context.keep,
  );
  // Set in between, so that a place that is dropped and grown at once starts from zero.
  context.setMasks(left);
  context.setMasks(
    left.map((mask, l) => union(mask, randomly([complement(mask)], counts[l]! - kept[l]!, uniform)[0]!)),
  );
}
