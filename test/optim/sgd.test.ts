import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import { optimizerOf } from '../../harness/optim/optimizer.ts';
import '../helpers/engine.ts';

test('two steps by hand: b ← 0.5·b + g, w ← w − η·b, each with its learning rate', () => {
  const [w, x] = [
    variableOf('w', 'weight', Float32Array.of(1, 2), [2]),
    variableOf('x', 'factor', Float32Array.of(8), [1]),
  ];
  const optimizer = optimizerOf({ name: 'sgd', momentum: 0.5 }, [w, x]);
  expect(optimizer.slots.map(({ name, role, value }) => [name, role, ...value.dataSync()])).toEqual([
    ['w.momentum', 'statistic', 0, 0],
    ['x.momentum', 'statistic', 0],
  ]);
  const numbers = () => [w, x, ...optimizer.slots].map(({ value }) => [...value.dataSync()]);
  optimizer.update([tf.tensor1d([4, -8]), tf.tensor1d([2])], tf.scalar(0.25));
  // b = g; w = (1 − 1, 2 + 2), x = 8 − 0.5
  expect(numbers()).toEqual([[0, 4], [7.5], [4, -8], [2]]);
  optimizer.update([tf.tensor1d([2, 0]), tf.tensor1d([-4])], tf.scalar(0.5));
  // b = (2 + 2, −4 + 0), 1 − 4; w = (0 − 2, 4 + 2), x = 7.5 + 1.5
  expect(numbers()).toEqual([[-2, 6], [9], [4, -4], [-3]]);
});

test('without momentum a step is plain descent', () => {
  const w = variableOf('w', 'weight', Float32Array.of(1), [1]);
  const optimizer = optimizerOf({ name: 'sgd', momentum: 0 }, [w]);
  for (let step = 0; step < 2; step++) optimizer.update([tf.tensor1d([1])], tf.scalar(0.25));
  expect([...w.value.dataSync()]).toEqual([0.5]);
});

test('steps in a tidy leave as many tensors as there were', () => {
  const w = variableOf('w', 'weight', Float32Array.of(1), [1]);
  const optimizer = optimizerOf({ name: 'sgd', momentum: 0.9 }, [w]);
  const before = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) tf.tidy(() => optimizer.update([tf.tensor1d([1])], tf.scalar(0.1)));
  expect(tf.memory().numTensors).toBe(before);
});

test('under a mask, neither gradient nor momentum moves what is masked, and what is unmasked later starts anew', () => {
  const weight = variableOf('w', 'weight', Float32Array.of(1, 2, 0), [3]);
  const mask = variableOf('m', 'statistic', Float32Array.of(1, 1, 0), [3]);
  const optimizer = optimizerOf({ name: 'sgd', momentum: 0.5 }, [weight], { masks: new Map([[weight, mask]]) });
  const update = (gradient: number[]) => optimizer.update([tf.tensor1d(gradient)], tf.scalar(0.25));
  const state = () => [weight, optimizer.slots[0]!].map(({ value }) => [...value.dataSync()].map((x) => x + 0));
  update([4, 8, 16]);
  expect(state()).toEqual([
    [0, 0, 0],
    [4, 8, 0],
  ]);
  mask.assign(tf.tensor1d([0, 1, 1]));
  update([4, 8, 16]);
  // The second buffer is 0.5·8 + 8; the third has no past.
  expect(state()).toEqual([
    [0, -3, -4],
    [0, 12, 16],
  ]);
  update([0, 0, 0]);
  expect(state()).toEqual([
    [0, -4.5, -6],
    [0, 6, 8],
  ]);
});
