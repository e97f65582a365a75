import { layerNorm } from '../engine/ops/layer-norm.ts';
import type { Tensor } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';

export interface LayerNormLayer {
  readonly variables: readonly Variable[];
  /** [rows, features] to the same. */
  apply(x: Tensor): Tensor;
}

/** Layer normalization with scale 1 and offset 0 at the start. */
export function layerNormLayer({ name, features }: { name: string; features: number }): LayerNormLayer {
  const scale = filledVariable(`${name}.scale`, 'weight', [features], 1);
  const offset = filledVariable(`${name}.offset`, 'weight', [features], 0);
  return { variables: [scale, offset], apply: (x) => layerNorm(x, scale.value, offset.value) };
}
