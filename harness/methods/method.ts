import type { LayerMethod } from '../nn/layer-method.ts';
import type { SparseMethod } from '../sparse/sparse-method.ts';

/** How a network comes to its budget: by other layers, or by masks over the dense ones. */
export type Method = LayerMethod | SparseMethod;
