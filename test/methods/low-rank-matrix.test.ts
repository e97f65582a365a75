import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { denseMatrices } from '../../harness/methods/dense-matrix.ts';
import { lowRankMatrices, matrixRank } from '../../harness/methods/low-rank-matrix.ts';
import type { MatrixLayer } from '../../harness/nn/matrix-layer.ts';
import { streamsOf } from '../../harness/random.ts';
import type { MatrixShape } from '../../harness/shape/matrix-shape.ts';
import type { InitName } from '../../harness/spec/words.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { at, filled, halfSquare, matMul, randomValues, transposed, type Values } from '../helpers/reference.ts';

const streams = streamsOf('low-rank-matrix', 0);
const shapeOf = (inFeatures: number, outFeatures: number, use: MatrixShape['use'] = 'linear'): MatrixShape => ({
  kind: 'matrix',
  name: 'matrix',
  inFeatures,
  outFeatures,
  use,
});
const factors = ({ variables }: MatrixLayer) => variables.map(({ value }) => valuesOf(value)) as [Values, Values];

describe('matrixRank', () => {
  test.each<[number, number, MatrixShape['use'], number, number, string]>([
    [256, 1024, 'linear', 0.25, 64, 'the smaller side'],
    [1024, 256, 'linear', 0.25, 64, 'the smaller side, whichever it is'],
    [256, 8000, 'linear', 0.5, 128, 'the smaller side'],
    [8000, 256, 'embedding', 0.25, 64, 'the width'],
    [10, 256, 'embedding', 0.25, 64, 'the width, even of a small vocabulary'],
    [5, 50, 'linear', 0.5, 2, '2.5 rounds to the even 2'],
    [7, 50, 'linear', 0.5, 4, '3.5 rounds to the even 4'],
    [5, 5, 'linear', 0.01, 1, 'at least 1'],
    [5, 8, 'linear', 2, 10, 'beyond the full rank'],
  ])('of [%i, %i] (%s) at scale %d is %i: %s', (inFeatures, outFeatures, use, scale, expected) => {
    expect(matrixRank(shapeOf(inFeatures, outFeatures, use), scale)).toBe(expected);
  });
});

test('heads get ⌊s·size⌋, at least 1', () => {
  const sizes = [1, 0.5, 0.25, 0.3, 0.001].map((scale) => lowRankMatrices.headSize(64, scale));
  expect(sizes).toEqual([64, 32, 16, 19, 1]);
  expect(denseMatrices.headSize(64, 0.25)).toBe(64);
});

test('counts of both methods by hand', () => {
  const [linear, embedding] = [shapeOf(6, 10), shapeOf(20, 6, 'embedding')];
  expect([linear, embedding].map((shape) => denseMatrices.parameters(shape, 0.5))).toEqual([60, 120]);
  expect([linear, embedding].map((shape) => denseMatrices.macs(shape, 0.5))).toEqual([60, 0]);
  // Rank 3 both times.
  expect([linear, embedding].map((shape) => lowRankMatrices.parameters(shape, 0.5))).toEqual([48, 78]);
  expect([linear, embedding].map((shape) => lowRankMatrices.macs(shape, 0.5))).toEqual([48, 18]);
});

describe.each(['linear', 'embedding'] as const)('a matrix for use as %s', (use) => {
  const shape = shapeOf(7, 4, use);
  const x = randomValues('x', [3, 7]);
  const ids = [5, 0, 5];
  const build = (init: InitName, scale: number) => lowRankMatrices.build(shape, scale, init, streams);
  const dense = denseMatrices.build(shape, 1, 'default', streams);

  test.each([
    ['dense', dense, valuesOf(dense.variables[0]!.value)],
    ['low-rank', build('default', 0.5), product(build('default', 0.5))],
    ['overcomplete', build('default', 2), product(build('default', 2))],
  ])('%s applies W, looks up its rows and gives it as a matrix', (_, layer, w) => {
    expectClose(layer.matrix(), w);
    expectClose(layer.apply(tensorOf(x)), matMul(x, w));
    expectClose(
      layer.lookup(tf.tensor1d(ids, 'int32')),
      filled([3, 4], ([row, column]) => at(w, ids[row!]!, column!)),
    );
  });

  test('has factors of the method’s names, roles and sizes, with draws of their own', () => {
    const layer = build('default', 0.5);
    expect(layer.variables.map(({ name, role, value }) => [name, role, value.shape])).toEqual([
      ['matrix.u', 'factor', [7, 2]],
      ['matrix.v', 'factor', [4, 2]],
    ]);
    expect(dense.variables.map(({ name, role, value }) => [name, role, value.shape])).toEqual([
      ['matrix.weight', 'weight', [7, 4]],
    ]);
    const [u, v] = factors(layer);
    expect(u.data.slice(0, 8)).not.toEqual(v.data);
  });

  test('spectral factors are balanced, and their product is the best of its rank to the dense draw', () => {
    const layer = build('spectral', 0.5);
    const [u, v] = factors(layer);
    const w = valuesOf(dense.matrix());
    // Eckart and Young: what is left has the smallest singular values, so both factors are orthogonal to it.
    const left = filled(w.shape, ([i, j]) => at(w, i!, j!) - at(product(layer), i!, j!));
    for (const overlap of matMul(transposed(left), u).data) expect(Math.abs(overlap)).toBeLessThan(1e-6);
    // Balanced: UᵀU = VᵀV = Σ.
    const [gramU, gramV] = [matMul(transposed(u), u), matMul(transposed(v), v)];
    expectClose(gramU, gramV);
    expect(Math.abs(at(gramU, 0, 1))).toBeLessThan(1e-6);
    // The kept singular values are the largest: together with the rest they make up ‖W‖².
    const kept = at(gramU, 0, 0) ** 2 + at(gramU, 1, 1) ** 2;
    expect(halfSquare(left) * 2 + kept).toBeCloseTo(2 * halfSquare(w), 5);
    expect(at(gramU, 1, 1) ** 2).toBeGreaterThan(halfSquare(left));
  });

  test('spectral-ones factors are the spectral ones without their singular values', () => {
    const [u, v] = factors(build('spectral-ones', 0.5));
    const identity = filled([2, 2], ([i, j]) => (i === j ? 1 : 0));
    expectClose(matMul(transposed(u), u), identity);
    expectClose(matMul(transposed(v), v), identity);
    const [p, q] = factors(build('spectral', 0.5));
    // UᵀP = √Σ = QᵀV: diagonal, and both the same.
    const [left, right] = [matMul(transposed(u), p), matMul(transposed(v), q)];
    expectClose(left, right);
    expect(Math.abs(at(left, 0, 1)) + Math.abs(at(left, 1, 0))).toBeLessThan(1e-5);
    expect(at(left, 0, 0)).toBeGreaterThan(at(left, 1, 1));
  });

  test('spectral initialization at full rank is the dense draw', () => {
    expectClose(build('spectral', 1).matrix(), valuesOf(dense.matrix()));
  });

  test('Frobenius gradients are those of ½‖UVᵀ‖²; a dense matrix has none', () => {
    const layer = build('default', 0.5);
    const [u, v] = factors(layer);
    const [forU, forV] = layer.frobeniusGradients()!;
    expectClose(
      forU!,
      finiteDifferences((moved) => halfSquare(matMul(moved, transposed(v))), u),
    );
    expectClose(
      forV!,
      finiteDifferences((moved) => halfSquare(matMul(u, transposed(moved))), v),
    );
    expect(dense.frobeniusGradients()).toBeNull();
  });
});

function product(layer: MatrixLayer): Values {
  const [u, v] = factors(layer);
  return matMul(u, transposed(v));
}
