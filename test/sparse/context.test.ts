import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { randomPruning } from '../../harness/methods/sparse/random-pruning.ts';
import { filled } from '../../harness/sparse/selection.ts';
import '../helpers/engine.ts';
import { sparseSetUp } from '../helpers/sparse-training.ts';

test('setMasks zeroes weights and momentum that it masks, even ones that are not numbers', () => {
  const { context } = sparseSetUp(randomPruning);
  const [first] = context.weights;
  first!.weight.assign(tf.fill([...first!.shape], Number.NaN));
  first!.slots[0]!.assign(tf.onesLike(first!.slots[0]!.value));
  const masks = filled(
    context.weights.map(({ size }) => size),
    1,
  );
  masks[0]!.fill(0, 1);
  context.setMasks(masks);
  expect(context.masks()).toEqual(masks);
  expect([...context.values()[0]!.subarray(0, 3)]).toEqual([Number.NaN, 0, 0]);
  expect([...first!.slots[0]!.value.dataSync()].slice(0, 3)).toEqual([1, 0, 0]);
});

test('setMasks refuses another number of masks, and entries beyond 0 and 1', () => {
  const { context } = sparseSetUp(randomPruning);
  const masks = context.masks();
  expect(() => context.setMasks(masks.slice(1))).toThrow('setMasks: 7 masks for 8 weights');
  masks[1]![5] = 2;
  expect(() => context.setMasks(masks)).toThrow(`setMasks: the mask of ${context.weights[1]!.name} has entries beyond`);
});
