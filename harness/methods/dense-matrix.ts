import { matMul } from '../engine/algebra/mat-mul.ts';
import { embeddingLookup } from '../engine/ops/embedding-lookup.ts';
import { tf } from '../engine/tensorflow.ts';
import { variableOf } from '../engine/variable.ts';
import { denseMatrixWeight } from '../init/matrix-weight.ts';
import type { MatrixLayer } from '../nn/matrix-layer.ts';
import type { MatrixMethod } from '../nn/matrix-method.ts';
import type { Streams } from '../random.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';
import { denseCounts } from '../shape/sized-transformer.ts';

/** Matrices as they are, and attention with heads of full size. */
export const denseMatrices: MatrixMethod = {
  ...denseCounts,
  build: (shape, _scale, _init, streams) => denseMatrix(shape, streams),
};

function denseMatrix(shape: MatrixShape, streams: Streams): MatrixLayer {
  const size = [shape.inFeatures, shape.outFeatures];
  const weight = variableOf(`${shape.name}.weight`, 'weight', denseMatrixWeight(shape, streams), size);
  return {
    variables: [weight],
    apply: (x) => matMul(x, weight.value),
    lastProduct: (input) => ({ input, weight: { matrix: weight.value, transposed: false } }),
    tiedProduct: (input) => ({ input, weight: { matrix: weight.value, transposed: true } }),
    lookup: (ids) => embeddingLookup(weight.value, ids),
    matrix: () => tf.clone(weight.value),
    frobeniusGradients: () => null,
  };
}
