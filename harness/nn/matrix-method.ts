import type { Streams } from '../random.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';
import type { MatrixCounts } from '../shape/sized.ts';
import type { InitName } from '../spec/words.ts';
import type { MatrixLayer } from './matrix-layer.ts';

/**
 * How a method replaces a dense weight matrix, and what it makes of attention. `scale` is the network's rank scale s.
 */
export interface MatrixMethod extends MatrixCounts {
  /** Makes the matrix with its variables, drawn from the streams named by the shape. */
  build(shape: MatrixShape, scale: number, init: InitName, streams: Streams): MatrixLayer;
}
