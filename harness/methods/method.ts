import { initsOf, type LayerMethod } from '../nn/layer-method.ts';
import type { SparseMethod } from '../sparse/sparse-method.ts';
import type { InitName } from '../spec/words.ts';
import type { NarrowMethod } from './narrow.ts';
import type { WarmUpMethod } from './warm-up/warm-up-method.ts';

/**
 * How a network comes to its budget: by other layers, by masks over the dense ones, by thinner ones, or by other layers
 * after a dense training.
 */
export type Method = LayerMethod | SparseMethod | NarrowMethod | WarmUpMethod;

/** The initializations that a method knows: only one that replaces layers at the start has others than the dense one. */
export function initsOfMethod(method: Method): readonly InitName[] {
  return method.kind === 'layer' ? initsOf(method) : ['default'];
}

/** Whether a network under the method keeps less than the dense one. */
export function compresses(method: Method): boolean {
  return method.kind !== 'layer' || method.compresses;
}
