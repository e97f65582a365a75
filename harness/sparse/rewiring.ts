import { complement, highest, magnitudes, ones, union } from './selection.ts';
import type { SparseContext } from './sparse-method.ts';

/** Dynamic sparse training: connections are dropped and others grown while the network trains, layer by layer. */

/**
 * α/2·(1 + cos(π·t/T)): the share of a layer's weights to replace at step t of T (Dettmers and Zettlemoyer 2019; RigL).
 */
export function cosineShare(initial: number, step: number, end: number): number {
  return (initial / 2) * (1 + Math.cos((Math.PI * step) / end));
}

/**
 * Steps between two updates, ΔT: the published number, or fewer where a shortened training would else have less than
 * `fewest` updates before so many steps are over.
 */
export function updateInterval(steps: number, published: number, fewest: number): number {
  return Math.max(1, Math.min(published, Math.floor(steps / (fewest + 1))));
}

/**
 * Replaces, in each layer, round(share·kept) of the kept weights, or as many as the layer has free places: those of
 * smallest magnitude are dropped, and equally many places that are free then, dropped ones too, are grown at weight
 * zero and momentum zero. The number of weights in each layer stays. A network with weights that are not numbers stays
 * as it is.
 *
 * @param grow marks `count` of the free places of a layer, which are 1 in `free`
 * @throws Error where it marks another number, or a place that is not free.
 */
export function rewire(
  context: SparseContext,
  share: number,
  grow: (layer: number, free: Uint8Array, count: number) => Uint8Array,
): void {
  const [values, masks] = [context.values(), context.masks()];
  if (hasNaN(values)) return;
  const counts = masks.map((mask) => Math.min(Math.round(share * ones(mask)), mask.length - ones(mask)));
  const left = masks.map((mask, l) => highest([magnitudes(values[l]!)], ones(mask) - counts[l]!, [mask])[0]!);
  // Set in between, so that a place that is dropped and grown at once starts from zero.
  context.setMasks(left);
  const next = left.map((mask, l) => {
    const grown = grow(l, complement(mask), counts[l]!);
    const both = union(mask, grown);
    if (ones(grown) !== counts[l] || ones(both) !== ones(mask) + counts[l]!) {
      throw new Error(`rewire: layer ${l} grew ${ones(both) - ones(mask)} weights instead of ${counts[l]}`);
    }
    return both;
  });
  context.setMasks(next);
}

/** Whether a network that was evaluated to these layers has diverged; its loss says so at the next step. */
export function hasNaN(layers: readonly Float32Array[]): boolean {
  return layers.some((layer) => layer.some(Number.isNaN));
}
