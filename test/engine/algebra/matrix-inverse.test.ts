import { expect, test } from 'vitest';
import { matrixInverse } from '../../../harness/engine/algebra/matrix-inverse.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { filled, matMul, randomValues } from '../../helpers/reference.ts';

test('a matrix times its inverse is the identity', () => {
  const a = randomValues('a', [6, 6]);
  const inverse = valuesOf(matrixInverse(tensorOf(a)));
  expectClose(
    matMul(a, inverse),
    filled([6, 6], ([i, j]) => (i === j ? 1 : 0)),
    1e-4,
  );
});

test('the inverse of [[2, 1], [1, 1]] is [[1, -1], [-1, 2]]', () => {
  expectClose(matrixInverse(tf.tensor2d([2, 1, 1, 1], [2, 2])), { shape: [2, 2], data: Float64Array.of(1, -1, -1, 2) });
});

test('a singular matrix is refused', () => {
  expect(() => matrixInverse(tf.tensor2d([1, 2, 2, 4], [2, 2]))).toThrow('not invertible');
});
