import { gaussian, type Streams, type Uniform, uniformIn } from '../random.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';

/** Bound of the uniform draws for linear matrices, and standard deviation of the normal ones for embeddings. */
const spread = 0.1;

/**
 * The paper's initialization of Transformers, for dense matrices and for either factor of a product alike: U(−0.1, 0.1)
 * for linear ones, N(0, 0.01), of standard deviation 0.1, for embeddings (Khodak et al. 2021, released code).
 */
export function matrixDraw(size: number, use: MatrixShape['use'], uniform: Uniform): Float32Array {
  return use === 'embedding' ? gaussian(size, spread, uniform) : uniformIn(size, spread, uniform);
}

/** The dense matrix [in, out]. Spectral initialization decomposes this very draw. */
export function denseMatrixWeight(shape: MatrixShape, streams: Streams): Float32Array {
  return matrixDraw(shape.inFeatures * shape.outFeatures, shape.use, streams(`weights/${shape.name}`));
}
