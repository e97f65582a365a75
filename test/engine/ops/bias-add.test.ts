import { expect, test } from 'vitest';
import { biasAdd, sumOfRows } from '../../../harness/engine/ops/bias-add.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, tensorOf } from '../../helpers/engine.ts';
import { values } from '../../helpers/reference.ts';

test('biasAdd adds to every row, and its gradients are the rows and their sum', () => {
  const [x, bias] = [values([2, 3], [1, 2, 3, 4, 5, 6]), values([3], [10, 20, 30])];
  expect([...biasAdd(tensorOf(x), tensorOf(bias)).dataSync()]).toEqual([11, 22, 33, 14, 25, 36]);
  const [forX, forBias] = engineGradients(biasAdd as never, [x, bias], values([2, 3], [1, -2, 3, 5, 7, -9]));
  expect([...forX!.data]).toEqual([1, -2, 3, 5, 7, -9]);
  expect([...forBias!.data]).toEqual([6, 5, -6]);
});

test('the gradient passes on to a sum beside it', () => {
  // x takes part twice: x + b and 2·x.
  const [x, bias] = [values([1, 2], [1, 2]), values([2], [3, 4])];
  const f = (input: ReturnType<typeof tf.zeros>, added: typeof input) =>
    tf.add(biasAdd(input, added), tf.mul(input, 2));
  const [forX, forBias] = engineGradients(f as never, [x, bias], values([1, 2], [1, 10]));
  expect([...forX!.data, ...forBias!.data]).toEqual([3, 30, 1, 10]);
});

test('sumOfRows adds up the rows', () => {
  expect([
    ...sumOfRows(
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).dataSync(),
  ]).toEqual([9, 12]);
});
