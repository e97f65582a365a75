import { expect, test } from 'vitest';
import { singularValues } from '../../../harness/engine/algebra/svd.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { at, filled, matMul, orthonormalColumns, transposed } from '../../helpers/reference.ts';

test('singularValues finds known ones, in descending order', () => {
  const known = [5, 2, 0.5];
  const [p, q] = [orthonormalColumns('p', 6, 3), orthonormalColumns('q', 4, 3)];
  const a = matMul(
    filled([6, 3], ([i, j]) => at(p, i!, j!) * known[j!]!),
    transposed(q),
  );
  const expected = filled([4], ([i]) => known[i!] ?? 0);
  expectClose(valuesOf(singularValues(tensorOf(a))), expected, 1e-6);
  expectClose(valuesOf(singularValues(tensorOf(transposed(a)))), expected, 1e-6);
});

test('singularValues leaves one tensor', () => {
  const a = tf.ones([3, 2]);
  const before = tf.memory().numTensors;
  singularValues(a).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
