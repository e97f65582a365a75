import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { frobeniusGradients } from '../../harness/regularize/frobenius.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { halfSquare, matMul, randomValues, transposed } from '../helpers/reference.ts';

test.each([
  [5, 4, 2],
  [2, 6, 3],
  [1, 1, 1],
])('frobeniusGradients of u [%i, r] and v [%i, r] with r = %i are those of ½‖UVᵀ‖²', (m, n, r) => {
  const [u, v] = [randomValues('u', [m, r]), randomValues('v', [n, r])];
  const gradients = frobeniusGradients(tensorOf(u) as never, tensorOf(v) as never);
  expectClose(
    gradients.u,
    finiteDifferences((moved) => halfSquare(matMul(moved, transposed(v))), u),
  );
  expectClose(
    gradients.v,
    finiteDifferences((moved) => halfSquare(matMul(u, transposed(moved))), v),
  );
});

test('frobeniusGradients by hand', () => {
  // U = [1 2]ᵀ, V = [3]: UVᵀ = [3 6]ᵀ, ∂U = U·9, ∂V = V·5.
  const { u, v } = frobeniusGradients(tf.tensor2d([[1], [2]]), tf.tensor2d([[3]]));
  expect([...valuesOf(u).data, ...valuesOf(v).data]).toEqual([9, 18, 15]);
});
