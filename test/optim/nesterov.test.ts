import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { type Variable, variableOf } from '../../harness/engine/variable.ts';
import { globalNorm } from '../../harness/optim/gradient-clipping.ts';
import { optimizerOf } from '../../harness/optim/optimizer.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { randomValues, values } from '../helpers/reference.ts';

const weights = (): [Variable, Variable] => [
  variableOf('w', 'weight', Float32Array.of(1, 2), [2]),
  variableOf('x', 'factor', Float32Array.of(8), [1]),
];
const numbers = (variables: readonly Variable[]) => variables.map(({ value }) => [...value.dataSync()]);

describe('nesterov', () => {
  test('two steps by hand: b ← 0.5·b + g, w ← w − η·(g + 0.5·b), each with its learning rate', () => {
    const [w, x] = weights();
    const optimizer = optimizerOf({ name: 'nesterov', momentum: 0.5 }, [w, x], { clipNorm: null });
    expect(optimizer.slots.map(({ name, role, value }) => [name, role, ...value.dataSync()])).toEqual([
      ['w.momentum', 'statistic', 0, 0],
      ['x.momentum', 'statistic', 0],
    ]);
    optimizer.update([tf.tensor1d([4, -8]), tf.tensor1d([2])], tf.scalar(0.25));
    // b = g: (4, −8) and 2. w = 1 − (4 + 2)/4, 2 + (8 + 4)/4; x = 8 − (2 + 1)/4. Slots hold b/2.
    expect(numbers([w, x, ...optimizer.slots])).toEqual([[-0.5, 5], [7.25], [2, -4], [1]]);
    optimizer.update([tf.tensor1d([2, 0]), tf.tensor1d([-4])], tf.scalar(0.5));
    // b = 2 + 2, −4 + 0, and 1 − 4. w = −0.5 − (2 + 2)/2, 5 − (0 − 2)/2; x = 7.25 − (−4 − 1.5)/2.
    expect(numbers([w, x, ...optimizer.slots])).toEqual([[-2.5, 6], [10], [2, -2], [-1.5]]);
  });

  test('is one step ahead of plain momentum: w − μ·η·b of the plain form, step for step', () => {
    // Sutskever et al. 2013: with plain momentum's weights v and buffer b, Nesterov's weights are v − η·μ·b where the
    // gradients are the same and the learning rate constant.
    const [w] = weights();
    const optimizer = optimizerOf({ name: 'nesterov', momentum: 0.75 }, [w], { clipNorm: null });
    let [plain, buffer] = [1, 0];
    for (const gradient of [0.5, -1, 2, 0.25]) {
      buffer = 0.75 * buffer + gradient;
      plain -= 0.5 * buffer;
      optimizer.update([tf.tensor1d([gradient, 0])], tf.scalar(0.5));
      expect(w.value.dataSync()[0]).toBeCloseTo(plain - 0.5 * 0.75 * buffer, 5);
    }
  });

  test('clips all gradients together: a norm of 5 to 1', () => {
    const [w, x] = weights();
    const optimizer = optimizerOf({ name: 'nesterov', momentum: 0 }, [w, x], { clipNorm: 1 });
    optimizer.update([tf.tensor1d([3, 0]), tf.tensor1d([-4])], tf.scalar(1));
    const share = 1 / (5 + 1e-6);
    expectClose(w.value, values([2], [1 - 3 * share, 2]), 1e-6);
    expectClose(x.value, values([1], [8 + 4 * share]), 1e-6);
  });

  test('leaves gradients within the norm as they are, to the bit', () => {
    const [w, x] = weights();
    const optimizer = optimizerOf({ name: 'nesterov', momentum: 0 }, [w, x], { clipNorm: 5.5 });
    optimizer.update([tf.tensor1d([3, 0]), tf.tensor1d([-4])], tf.scalar(0.25));
    expect(numbers([w, x])).toEqual([[0.25, 2], [9]]);
  });

  test('without gradient, clipping moves nothing', () => {
    const [w, x] = weights();
    optimizerOf({ name: 'nesterov', momentum: 0.9 }, [w, x], { clipNorm: 0.1 }).update(
      [tf.zeros([2]), tf.zeros([1])],
      tf.scalar(1),
    );
    expect(numbers([w, x])).toEqual([[1, 2], [8]]);
  });

  test('steps in a tidy leave as many tensors as there were', () => {
    const [w] = weights();
    const optimizer = optimizerOf({ name: 'nesterov', momentum: 0.9 }, [w], { clipNorm: 1 });
    const before = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) {
      tf.tidy(() => optimizer.update([tf.tensor1d([1, 2])], tf.scalar(0.1)));
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('globalNorm is the root of the sum of all squares', () => {
  expect(globalNorm([tf.tensor2d([[1, 2]]), tf.scalar(-2)]).dataSync()[0]).toBe(3);
  const [a, b] = [randomValues('a', [30, 7]), randomValues('b', [5])];
  const expected = Math.hypot(...a.data, ...b.data);
  expectClose(valuesOf(globalNorm([tensorOf(a), tensorOf(b)])), values([], [expected]), 1e-6);
});
