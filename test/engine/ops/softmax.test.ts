import { expect, test } from 'vitest';
import { softmax } from '../../../harness/engine/ops/softmax.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { dot, randomValues, type Values, values } from '../../helpers/reference.ts';
import { softmaxRow } from '../../helpers/reference-transformer.ts';

/** Softmax over the last axis. */
function expected({ shape, data }: Values): Values {
  const length = shape[shape.length - 1]!;
  const rows = Array.from({ length: data.length / length }, (_, n) => [...data.subarray(n * length, (n + 1) * length)]);
  return values(shape, rows.flatMap(softmaxRow));
}

const x = randomValues('x', [2, 3, 2, 4]);

test('softmax normalizes the exponentials over the last axis', () => {
  expectClose(softmax(tensorOf(x)), expected(x));
});

test('softmax has the gradient of finite differences', () => {
  const c = randomValues('c', [2, 3, 2, 4]);
  const [gradient] = engineGradients(softmax, [x], c);
  expectClose(
    gradient!,
    finiteDifferences((moved) => dot(expected(moved), c), x),
  );
});

test('softmax by hand: shares 1/4 and 3/4, whose gradient is share·(1 − share)·(±difference)', () => {
  const scores = values([1, 2], [0, Math.fround(Math.log(3))]);
  expectClose(softmax(tensorOf(scores)), values([1, 2], [0.25, 0.75]), 1e-6);
  const [gradient] = engineGradients(softmax, [scores], values([1, 2], [1, 0]));
  expectClose(gradient!, values([1, 2], [3 / 16, -3 / 16]), 1e-6);
});

test('softmax gives a masked score no share and no gradient', () => {
  const masked = values([1, 3], [2, -1e9, 2]);
  expect([...valuesOf(softmax(tensorOf(masked))).data]).toEqual([0.5, 0, 0.5]);
  const [gradient] = engineGradients(softmax, [masked], values([1, 3], [1, 5, -1]));
  expect([...gradient!.data]).toEqual([0.5, 0, -0.5]);
});

test('softmax of large scores stays finite', () => {
  expect([...softmax(tf.tensor2d([[1000, 1000, -1000]])).dataSync()]).toEqual([0.5, 0.5, 0]);
});
