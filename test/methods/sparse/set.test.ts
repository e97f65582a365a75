import { expect, test } from 'vitest';
import { set } from '../../../harness/methods/sparse/set.ts';
import { erkCounts } from '../../../harness/sparse/densities.ts';
import { magnitudes, ones } from '../../../harness/sparse/selection.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { type Update, watched } from '../../helpers/watched-method.ts';

test('replaces the announced number in each layer at each update and nothing between, at constant counts', async () => {
  const updates: Update[] = [];
  // 130 steps: every eleventh one is an update.
  const setUp = sparseSetUp(watched(set, updates), { training: { epochs: 10, batchSize: 5 }, trainExamples: 65 });
  const { context, keep } = setUp;
  const counts = erkCounts(
    context.weights.map(({ shape }) => shape),
    keep,
  );
  await trainSparse(setUp);
  expect(updates).toHaveLength(130);
  for (const { event, before, after } of updates) {
    const { step } = event;
    expect(after.masks.map(ones)).toEqual(counts);
    if (step % 11 !== 0) {
      expect(after.masks).toEqual(before.masks);
      expect(after.values).toEqual(before.values);
      continue;
    }
    const share = 0.25 * (1 + Math.cos((Math.PI * step) / 130));
    for (const [l, mask] of before.masks.entries()) {
      const size = magnitudes(before.values[l]!);
      const replaced = Math.min(Math.round(share * counts[l]!), mask.length - counts[l]!);
      const dropped = [...mask.keys()].filter(
        (i) => mask[i] === 1 && (after.values[l]![i] === 0 || after.masks[l]![i] === 0),
      );
      const grown = [...mask.keys()].filter((i) => mask[i] === 0 && after.masks[l]![i] === 1);
      // A place that is dropped may grow again; it is among the dropped by its weight of zero.
      const unused = dropped.filter((i) => before.values[l]![i] === 0 && after.masks[l]![i] === 1);
      expect(dropped.length).toBeGreaterThanOrEqual(replaced);
      expect(dropped.length - replaced).toBeLessThanOrEqual(unused.length);
      expect(grown.length).toBeLessThanOrEqual(replaced);
      const left = [...mask.keys()].filter((i) => mask[i] === 1 && !dropped.includes(i));
      const largestDropped = Math.max(0, ...dropped.map((i) => size[i]!));
      const smallestLeft = Math.min(Number.POSITIVE_INFINITY, ...left.map((i) => size[i]!));
      expect(largestDropped).toBeLessThanOrEqual(smallestLeft);
      for (const i of grown) expect([after.values[l]![i]! + 0, after.momenta[l]![i]! + 0]).toEqual([0, 0]);
    }
  }
  expect(updates[10]!.after.masks).not.toEqual(updates[10]!.before.masks);
});

test('refuses a budget with fewer weights than layers', () => {
  // ResNet-8 of width 4 has 123 parameters that stay and 8 masked layers; 4887 parameters in all.
  expect(() => sparseSetUp(set, { budget: 130 / 4887 })).toThrow('keeps 8 weights at least');
  expect(sparseSetUp(set, { budget: 131 / 4887 }).keep).toBe(8);
});
