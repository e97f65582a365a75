import { matMul } from '../engine/algebra/mat-mul.ts';
import { embeddingLookup } from '../engine/ops/embedding-lookup.ts';
import { tf } from '../engine/tensorflow.ts';
import { Variable, variableOf } from '../engine/variable.ts';
import { denseMatrixWeight, matrixDraw } from '../init/matrix-weight.ts';
import type { MatrixLayer } from '../nn/matrix-layer.ts';
import type { MatrixMethod } from '../nn/matrix-method.ts';
import type { Streams } from '../random.ts';
import type { MatrixShape } from '../shape/matrix-shape.ts';
import type { InitName } from '../spec/words.ts';
import { composeLowRank, frobeniusGradients, spectralFactors } from '../tensor/low-rank.ts';
import { roundHalfEven } from './round.ts';

/**
 * Low-rank matrices (Khodak et al. 2021, section 3): W = UVᵀ with U [in, r] and V [out, r], applied as (x·U)·Vᵀ.
 * An embedding looks up rows of U. Attention, a product of matrices already, gets heads of size ⌊s·size⌋.
 */
export const lowRankMatrices: MatrixMethod = {
  parameters: (shape, scale) => matrixRank(shape, scale) * (shape.inFeatures + shape.outFeatures),
  macs(shape, scale) {
    const inputs = shape.use === 'embedding' ? 0 : shape.inFeatures;
    return matrixRank(shape, scale) * (inputs + shape.outFeatures);
  },
  headSize: (size, scale) => Math.max(1, Math.floor(scale * size)),
  build: lowRankMatrix,
};

/** r = max(1, round(s·min(in, out))); an embedding scales its width, whatever the size of the vocabulary. */
export function matrixRank({ use, inFeatures, outFeatures }: MatrixShape, scale: number): number {
  const full = use === 'embedding' ? outFeatures : Math.min(inFeatures, outFeatures);
  return Math.max(1, roundHalfEven(scale * full));
}

function lowRankMatrix(shape: MatrixShape, scale: number, init: InitName, streams: Streams): MatrixLayer {
  const rank = matrixRank(shape, scale);
  const { u, v } =
    init === 'default' ? defaultMatrix(shape, rank, streams) : spectralMatrix(shape, rank, init, streams);
  const timesV = (rows: ReturnType<typeof matMul>) => matMul(rows, v.value, { transposeB: true });
  return {
    variables: [u, v],
    apply: (x) => timesV(matMul(x, u.value)),
    lastProduct: (x) => ({ input: matMul(x, u.value), weight: { matrix: v.value, transposed: true } }),
    tiedProduct: (x) => ({ input: matMul(x, v.value), weight: { matrix: u.value, transposed: true } }),
    lookup: (ids) => timesV(embeddingLookup(u.value, ids)),
    matrix: () => composeLowRank(u.value, v.value),
    frobeniusGradients() {
      const gradients = frobeniusGradients(u.value, v.value);
      return [gradients.u, gradients.v];
    },
  };
}

interface Factors {
  u: Variable;
  v: Variable;
}

function defaultMatrix({ name, use, inFeatures, outFeatures }: MatrixShape, rank: number, streams: Streams): Factors {
  const factor = (part: 'u' | 'v', rows: number) => {
    const draw = matrixDraw(rows * rank, use, streams(`weights/${name}.${part}`));
    return variableOf(`${name}.${part}`, 'factor', draw, [rows, rank]);
  };
  return { u: factor('u', inFeatures), v: factor('v', outFeatures) };
}

function spectralMatrix(shape: MatrixShape, rank: number, init: InitName, streams: Streams): Factors {
  const { name, inFeatures, outFeatures } = shape;
  const { u, v } = tf.tidy(() => {
    const weight = tf.tensor(denseMatrixWeight(shape, streams), [inFeatures, outFeatures]);
    return spectralFactors(weight, rank, { ones: init === 'spectral-ones' });
  });
  return { u: new Variable(`${name}.u`, 'factor', u), v: new Variable(`${name}.v`, 'factor', v) };
}
