import type { Tensor } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import type { Blueprint } from '../shape/blueprint.ts';
import type { CompressibleLayer, Pass } from './layer.ts';

/** A network with its variables, in the blueprint's order. */
export interface Model {
  readonly blueprint: Blueprint;
  readonly variables: readonly Variable[];
  /** The layers that a method built, for regularizers and norms. */
  readonly compressed: readonly CompressibleLayer[];
  /** Images [batch, size, size, channels] to logits [batch, classes]. */
  apply(images: Tensor, pass: Pass): Tensor;
}
