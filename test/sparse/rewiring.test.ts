import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { randomPruning } from '../../harness/methods/sparse/random-pruning.ts';
import { cosineShare, rewire, updateInterval } from '../../harness/sparse/rewiring.ts';
import { filled, highest, ones } from '../../harness/sparse/selection.ts';
import '../helpers/engine.ts';
import { sparseSetUp } from '../helpers/sparse-training.ts';

test('the share falls along half a cosine from its start to zero', () => {
  expect([0, 25, 50, 75, 100].map((step) => cosineShare(0.5, step, 100))).toEqual([
    0.5,
    expect.closeTo(0.25 + Math.SQRT2 / 8, 12),
    expect.closeTo(0.25, 12),
    expect.closeTo(0.25 - Math.SQRT2 / 8, 12),
    0,
  ]);
});

test.each([
  // As published, where that leaves ten updates: 97,750/1500 are 65.
  [97_750, 1500],
  [16_500, 1500],
  [16_499, 1499],
  [1000, 90],
  [130, 11],
  [9, 1],
])('a training of %d steps is updated every %d, for ten updates at least before its last step', (steps, interval) => {
  expect(updateInterval(steps, 1500, 10)).toBe(interval);
  expect(Math.ceil(steps / interval) - 1).toBeGreaterThanOrEqual(Math.min(10, steps - 1));
});

describe('rewire', () => {
  /**
   * The first layer keeps its entries 0 to 9, at weights 10, 9, ... 1 and momentum 1; the second is whole; the rest is
   * empty.
   */
  function prepared() {
    const { context } = sparseSetUp(randomPruning);
    const [first] = context.weights;
    const masks = filled(
      context.weights.map(({ size }) => size),
      0,
    );
    masks[0]!.fill(1, 0, 10);
    masks[1]!.fill(1);
    for (const { slots } of context.weights) slots[0]!.assign(tf.onesLike(slots[0]!.value));
    const values = Float32Array.from({ length: first!.size }, (_, i) => (i < 10 ? (i % 2 === 0 ? 10 - i : i - 10) : 5));
    first!.weight.assign(tf.tensor(values, [...first!.shape]));
    context.setMasks(masks);
    return { context, first: first!, masks };
  }
  const lowestFree = (_: number, free: Uint8Array, count: number) => highest([free.map(() => 0)], count, [free])[0]!;

  test('drops the smallest, grows as many elsewhere from zero, and leaves a full layer alone', () => {
    const { context, first, masks } = prepared();
    const before = context.values()[1]!;
    // Entries 7, 8 and 9 are dropped and, being the lowest free ones, grow again.
    rewire(context, 0.3, lowestFree);
    expect(context.masks()).toEqual(masks);
    expect([...context.values()[0]!.subarray(0, 11)].map((x) => x + 0)).toEqual([10, -9, 8, -7, 6, -5, 4, 0, 0, 0, 0]);
    expect([...first.slots[0]!.value.dataSync()].slice(0, 11)).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(context.values()[1]).toEqual(before);
    expect(context.masks()[2]!.every((value) => value === 0)).toBe(true);
  });

  test('hands over what is free after the drop, and sets what grows', () => {
    const { context } = prepared();
    const seen: [number, number, number][] = [];
    rewire(context, 0.5, (layer, free, count) => {
      seen.push([layer, ones(free), count]);
      return highest([free.map((_, i) => i)], count, [free])[0]!;
    });
    const sizes = context.weights.map(({ size }) => size);
    expect(seen.slice(0, 3)).toEqual([
      [0, sizes[0]! - 5, 5],
      [1, 0, 0],
      [2, sizes[2], 0],
    ]);
    const expected = Uint8Array.from({ length: sizes[0]! }, (_, i) => (i < 5 || i >= sizes[0]! - 5 ? 1 : 0));
    expect(context.masks()[0]).toEqual(expected);
    expect([...context.values()[0]!.subarray(sizes[0]! - 5)].map((x) => x + 0)).toEqual([0, 0, 0, 0, 0]);
  });

  test('leaves a network alone whose weights are not all numbers', () => {
    const { context, first, masks } = prepared();
    const values = Float32Array.from({ length: first.size }, (_, i) => (i === 3 ? Number.NaN : 1));
    first.weight.assign(tf.tensor(values, [...first.shape]));
    rewire(context, 0.3, lowestFree);
    expect(context.masks()).toEqual(masks);
    expect(context.values()[0]).toEqual(values);
  });

  test('refuses growth of another number or in a taken place', () => {
    const { context } = prepared();
    const none = (_: number, free: Uint8Array) => new Uint8Array(free.length);
    expect(() => rewire(context, 0.5, none)).toThrow('layer 0 grew 0 weights instead of 5');
    const taken = (_: number, free: Uint8Array, count: number) => free.map((_value, i) => (i < count ? 1 : 0));
    expect(() => rewire(prepared().context, 0.5, taken)).toThrow('layer 0 grew 0 weights instead of 5');
  });
});
