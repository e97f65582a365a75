import { expect, test } from 'vitest';
import { gradualMagnitude, keptAt, progressAt } from '../../../harness/methods/sparse/gradual-magnitude.ts';
import { magnitudes, ones } from '../../../harness/sparse/selection.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { type Update, watched } from '../../helpers/watched-method.ts';

test('of the published 97,656 steps prunes after every 1000th between the 20,000th and the 75,000th', () => {
  const steps = 97_656;
  const pruning = Array.from({ length: steps }, (_, i) => i + 1).filter((step) => progressAt(step, steps) !== null);
  expect(pruning).toEqual(Array.from({ length: 55 }, (_, i) => 20_000 + 1000 * (i + 1)));
  expect(progressAt(20_000 + 11_000, steps)).toBeCloseTo(0.2, 12);
  expect(progressAt(75_000, steps)).toBe(1);
});

test.each([1, 2, 3, 20, 130, 1125])('a training of %d steps ends pruning before its end, once', (steps) => {
  const progress = Array.from({ length: steps }, (_, i) => progressAt(i + 1, steps)).filter((t) => t !== null);
  expect(progress.at(-1)).toBe(1);
  expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  expect(progress.length).toBe(new Set(progress).size);
  // Ten updates beside the last one, where there are steps for them.
  if (steps >= 130) expect(progress.length).toBeGreaterThanOrEqual(11);
});

test('of all that is to go, 1 − (1 − t)³ has gone from every layer', () => {
  // A tenth of 10,000 and of 2000: 90 % sparsity. At t = 1/2, 7/8 of that: 78.75 %.
  expect(keptAt([10_000, 2000], 1200, 0.5)).toEqual([2125, 425]);
  expect(keptAt([10_000, 2000], 1200, 0)).toEqual([10_000, 2000]);
  expect(keptAt([10_000, 2000], 1200, 1)).toEqual([1000, 200]);
  // Whatever the rounding, the last one is the budget.
  expect(keptAt([333, 77, 5], 131, 1).reduce((sum, count) => sum + count, 0)).toBe(131);
});

test('removes the smallest weights of each layer along the cubic ramp, and ends at the budget exactly', async () => {
  const updates: Update[] = [];
  const training = { epochs: 4, batchSize: 2 };
  const setUp = sparseSetUp(watched(gradualMagnitude, updates), { training, trainExamples: 66, budget: 0.2 });
  const { context, keep } = setUp;
  const sizes = context.weights.map(({ size }) => size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await trainSparse(setUp);
  expect(updates).toHaveLength(132);
  expect(updates[0]!.before.masks.map(ones)).toEqual(sizes);
  let pruned = 0;
  for (const { event, before, after } of updates) {
    const t = progressAt(event.step, 132);
    if (t === null) {
      expect(after).toEqual(before);
      continue;
    }
    pruned++;
    const gone = 1 - (1 - t) ** 3;
    expect(
      Math.abs(after.masks.reduce((sum, mask) => sum + ones(mask), 0) - (total - (total - keep) * gone)),
    ).toBeLessThan(sizes.length);
    after.masks.forEach((mask, l) => {
      // Every layer has the same sparsity, to the rounding of its own count.
      expect(Math.abs(ones(mask) - sizes[l]! * (1 - (1 - keep / total) * gone))).toBeLessThan(2);
      const size = magnitudes(before.values[l]!);
      const kept = [...mask.keys()].filter((i) => mask[i] === 1);
      const dropped = [...mask.keys()].filter((i) => before.masks[l]![i] === 1 && mask[i] === 0);
      expect(kept.every((i) => before.masks[l]![i] === 1)).toBe(true);
      const smallest = Math.min(...kept.map((i) => size[i]!));
      expect(Math.max(0, ...dropped.map((i) => size[i]!))).toBeLessThanOrEqual(smallest);
    });
  }
  expect(pruned).toBeGreaterThanOrEqual(11);
  expect(context.masks().reduce((sum, mask) => sum + ones(mask), 0)).toBe(keep);
  // Of the last quarter nothing is pruned: the network recovers.
  expect(gradualMagnitude.budgetMetAfter!(132)).toBe(101);
  expect(updates.slice(101).every(({ after }) => after.masks.reduce((sum, mask) => sum + ones(mask), 0) === keep)).toBe(
    true,
  );
});
