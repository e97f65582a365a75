import { describe, expect, test } from 'vitest';
import { batchMatMul, matMul } from '../../../harness/engine/algebra/mat-mul.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, dot, filled, matMul as product, randomValues, transposed, type Values } from '../../helpers/reference.ts';

const cases = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

const [m, k, n] = [3, 4, 2];
const sides = (transposeA: boolean, transposeB: boolean, leading: number[] = []) => ({
  a: randomValues('a', [...leading, ...(transposeA ? [k, m] : [m, k])]),
  b: randomValues('b', [...leading, ...(transposeB ? [n, k] : [k, n])]),
});

/** op(A)·op(B). */
const expected = (a: Values, b: Values, transposeA: boolean, transposeB: boolean) =>
  product(transposeA ? transposed(a) : a, transposeB ? transposed(b) : b);

/** The matrices of a batch [p, q, rows, columns], multiplied one by one. */
function expectedBatch(a: Values, b: Values, transposeA: boolean, transposeB: boolean): Values {
  const matrix = (x: Values, i: number, j: number) =>
    filled([x.shape[2]!, x.shape[3]!], ([row, column]) => at(x, i, j, row!, column!));
  return filled([a.shape[0]!, a.shape[1]!, m, n], ([i, j, row, column]) =>
    at(expected(matrix(a, i!, j!), matrix(b, i!, j!), transposeA, transposeB), row!, column!),
  );
}

describe.each(cases)('matMul with transposeA %s and transposeB %s', (transposeA, transposeB) => {
  const { a, b } = sides(transposeA, transposeB);
  const options = { transposeA, transposeB };

  test('is the product of the definition', () => {
    expectClose(matMul(tensorOf(a), tensorOf(b), options), expected(a, b, transposeA, transposeB));
  });

  test('has the gradients of finite differences', () => {
    const c = randomValues('c', [m, n]);
    const [forA, forB] = engineGradients((left, right) => matMul(left as never, right as never, options), [a, b], c);
    expectClose(
      forA!,
      finiteDifferences((moved) => dot(expected(moved, b, transposeA, transposeB), c), a),
    );
    expectClose(
      forB!,
      finiteDifferences((moved) => dot(expected(a, moved, transposeA, transposeB), c), b),
    );
  });
});

describe.each(cases)('batchMatMul with transposeA %s and transposeB %s', (transposeA, transposeB) => {
  const { a, b } = sides(transposeA, transposeB, [2, 3]);
  const options = { transposeA, transposeB };

  test('is the product of every pair of matrices', () => {
    expectClose(batchMatMul(tensorOf(a), tensorOf(b), options), expectedBatch(a, b, transposeA, transposeB));
  });

  test('has the gradients of finite differences', () => {
    const c = randomValues('c', [2, 3, m, n]);
    const [forA, forB] = engineGradients(
      (left, right) => batchMatMul(left as never, right as never, options),
      [a, b],
      c,
    );
    expectClose(
      forA!,
      finiteDifferences((moved) => dot(expectedBatch(moved, b, transposeA, transposeB), c), a),
    );
    expectClose(
      forB!,
      finiteDifferences((moved) => dot(expectedBatch(a, moved, transposeA, transposeB), c), b),
    );
  });
});

test('matMul by hand', () => {
  const a = tf.tensor2d([[1, 2]]);
  const b = tf.tensor2d([[3], [4]]);
  expect([...valuesOf(matMul(a, b)).data]).toEqual([11]);
  expect([...valuesOf(matMul(a, b, { transposeA: true, transposeB: true })).data]).toEqual([3, 4, 6, 8]);
});
