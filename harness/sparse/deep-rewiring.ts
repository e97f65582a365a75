import type { Uniform } from '../random.ts';
import { ones, startsOf } from './selection.ts';

/** One layer of w = s·θ: a connection is active where its mask is 1. */
export interface Connections {
  /** w, changed in place. */
  values: Float32Array;
  /** Changed in place. */
  mask: Uint8Array;
  /** s, 1 or −1, of every connection. */
  signs: ArrayLike<number>;
}

/**
 * Moves θ ← θ − shrinkage + noise of each active connection, layer by layer in the order of the entries, and
 * deactivates those that fall below zero: their weights become 0.
 *
 * @param noise one number for each active connection
 * @returns how many it deactivated
 */
export function walk(layers: readonly Connections[], shrinkage: number, noise: ArrayLike<number>): number {
  let [drawn, deactivated] = [0, 0];
  for (const { values, mask, signs } of layers) {
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue;
      const theta = signs[i]! * values[i]! - shrinkage + noise[drawn++]!;
      if (theta < 0) {
        mask[i] = 0;
        values[i] = 0;
        deactivated++;
      } else values[i] = signs[i]! * theta;
    }
  }
  return deactivated;
}

/**
 * Marks so many dormant connections of all layers as active, each set equally likely, changing the masks in place:
 * entries are drawn until enough dormant ones have come, which is quick while most are dormant.
 *
 * @throws Error where fewer are dormant
 */
export function reactivate(masks: readonly Uint8Array[], count: number, uniform: Uniform): void {
  const starts = startsOf(masks);
  const total = starts.at(-1)!;
  const dormant = total - masks.reduce((sum, mask) => sum + ones(mask), 0);
  if (count > dormant) throw new Error(`reactivate: asked for ${count} of ${dormant} dormant connections`);
  for (let left = count; left > 0; ) {
    const at = Math.floor(uniform() * total);
    const layer = starts.findIndex((start) => start > at) - 1;
    const mask = masks[layer]!;
    const i = at - starts[layer]!;
    if (mask[i] !== 0) continue;
    mask[i] = 1;
    left--;
  }
}
