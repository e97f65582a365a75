import { expect, test } from 'vitest';
import { randomPruning } from '../../../harness/methods/sparse/random-pruning.ts';
import { streamsOf } from '../../../harness/random.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import '../../helpers/engine.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';

async function masksAt(budget: number, seed = 0) {
  const setUp = sparseSetUp(randomPruning, { budget, streams: streamsOf('tiny', seed) });
  await setUp.sparse.hooks.beforePhase!(0);
  return { ...setUp, found: setUp.context.masks() };
}

test.each([0.05, 0.1, 0.25, 0.9, 1])('keeps exactly the budget %d, spread over all layers alike', async (budget) => {
  const { found, keep, sparse, context } = await masksAt(budget);
  const total = found.reduce((sum, mask) => sum + ones(mask), 0);
  expect(total).toBe(keep);
  expect(sparse.examples()).toBe(0);
  // Hypergeometric: five standard deviations of a layer's count.
  const density = keep / context.weights.reduce((sum, { size }) => sum + size, 0);
  for (const mask of found) {
    const spread = 5 * Math.sqrt(mask.length * density * (1 - density)) + 1;
    expect(Math.abs(ones(mask) - density * mask.length)).toBeLessThanOrEqual(spread);
  }
});

test('draws the mask of its seed', async () => {
  const [first, again, other] = [await masksAt(0.3), await masksAt(0.3), await masksAt(0.3, 1)];
  expect(again.found).toEqual(first.found);
  expect(other.found).not.toEqual(first.found);
});
