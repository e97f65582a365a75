import { expect, test } from 'vitest';
import { relu, reluTangent } from '../../../harness/engine/ops/relu.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients } from '../../helpers/engine.ts';
import { values } from '../../helpers/reference.ts';

const x = [-2, -1e-30, 0, 1e-30, 0.5, 3];

test('relu keeps what is positive', () => {
  expect([...relu(tf.tensor1d(x)).dataSync()]).toEqual(x.map((value) => Math.fround(Math.max(0, value))));
});

test('relu passes the gradient where the input is positive, and not at zero', () => {
  const [gradient] = engineGradients(relu, [values([6], x)], values([6], [1, 2, 3, 4, 5, 6]));
  expect([...gradient!.data]).toEqual([0, 0, 0, 4, 5, 6]);
});

test('reluTangent passes tangents and their gradients where the input is positive', () => {
  const y = relu(tf.tensor1d(x));
  const tangent = values([6], [10, 20, 30, 40, 50, 60]);
  expect([...reluTangent(y, tf.tensor1d([...tangent.data])).dataSync()]).toEqual([0, 0, 0, 40, 50, 60]);
  const [gradient] = engineGradients((input) => reluTangent(y, input), [tangent], values([6], [1, 2, 3, 4, 5, 6]));
  expect([...gradient!.data]).toEqual([0, 0, 0, 4, 5, 6]);
});
