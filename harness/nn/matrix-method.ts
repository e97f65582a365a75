import type { Streams } from '../random.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';
import type { InitName } from '../spec/spec.ts';
import type { MatrixLayer } from './matrix-layer.ts';

/** How a method replaces a dense weight matrix, and what it makes of attention. `scale` is the network's rank scale s. */
export interface MatrixMethod {
  /** Parameters of the matrix at a rank scale; must not fall as the scale grows. */
  parameters(shape: MatrixShape, scale: number): number;
  /** Multiply-accumulate operations for one row, or for looking up one id. */
  macs(shape: MatrixShape, scale: number): number;
  /** Size of an attention head that has `size` in the dense network: attention keeps its form, with smaller heads. */
  headSize(size: number, scale: number): number;
  /** Makes the matrix with its variables, drawn from the streams named by the shape. */
  build(shape: MatrixShape, scale: number, init: InitName, streams: Streams): MatrixLayer;
}
