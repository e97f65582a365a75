import { expect, test } from 'vitest';
import { dsr, intervalAt } from '../../../harness/methods/sparse/dsr.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import type { SparseMethod } from '../../../harness/sparse/sparse-method.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { misplaced, type NetworkState, type Update, watched } from '../../helpers/watched-method.ts';

test('the interval doubles at a fifth, two and three fifths, and ends at four', () => {
  const at = (...steps: number[]) => steps.map((step) => intervalAt(step, 100_000));
  expect(at(1, 19_999, 20_000, 39_999, 40_000, 60_000, 79_999)).toEqual([100, 100, 200, 200, 400, 800, 800]);
  expect(at(80_000, 100_000)).toEqual([null, null]);
  // Published, wherever the last stage holds 800 steps.
  expect([1, 800, 1600, 2400, 3200].map((step) => intervalAt(step, 4000))).toEqual([100, 200, 400, 800, null]);
  expect([1, 400, 800, 1200, 1600].map((step) => intervalAt(step, 2000))).toEqual([50, 100, 200, 400, null]);
  expect([1, 20, 40, 79, 80].map((step) => intervalAt(step, 100))).toEqual([10, 10, 10, 16, null]);
});

const totalOf = ({ masks }: NetworkState) => masks.reduce((sum, mask) => sum + ones(mask), 0);

/** Of 132 steps: every tenth of the first two fifths, every twelfth of the third and the 24th of the fourth. */
const updateSteps = [10, 20, 30, 40, 50, 60, 72, 96];

/** Trains 132 steps, and gives H before and after each. */
async function trained(budget: number) {
  const updates: Update[] = [];
  const thresholds: { before: number; after: number }[] = [];
  const inner = watched(dsr, updates);
  const method: SparseMethod = {
    ...inner,
    start(context) {
      const run = inner.start(context);
      const [threshold] = run.variables;
      const read = () => threshold!.value.dataSync()[0]!;
      return {
        ...run,
        afterStep(event) {
          const before = read();
          run.afterStep!(event);
          thresholds.push({ before, after: read() });
        },
      };
    },
  };
  const setUp = sparseSetUp(method, { training: { epochs: 4, batchSize: 2 }, trainExamples: 66, budget });
  await trainSparse(setUp);
  expect(updates).toHaveLength(132);
  return { setUp, updates, thresholds };
}

test('drops below one threshold, grows in proportion to what is left, and adapts the threshold, at a constant total', async () => {
  const { setUp, updates, thresholds } = await trained(0.5);
  const { keep, context } = setUp;
  const sizes = context.weights.map(({ size }) => size);
  const target = 0.01 * sizes.reduce((sum, size) => sum + size, 0);
  expect(thresholds[0]!.before).toBe(Math.fround(1e-3));
  // One density at the start.
  for (const [l, mask] of updates[0]!.before.masks.entries()) {
    expect(Math.abs(ones(mask) - (keep * sizes[l]!) / sizes.reduce((sum, size) => sum + size, 0))).toBeLessThan(1);
  }
  const factors = new Set<number>();
  for (const [n, { event, before, after }] of updates.entries()) {
    const { before: h, after: next } = thresholds[n]!;
    expect(totalOf(after)).toBe(keep);
    if (!updateSteps.includes(event.step)) {
      expect([after, next]).toEqual([before, h]);
      continue;
    }
    const left = before.masks.map((mask, l) =>
      [...mask.keys()].filter((i) => mask[i] === 1 && Math.abs(before.values[l]![i]!) >= h),
    );
    expect(left.every(({ length }) => length > 0)).toBe(true);
    const leftInAll = left.reduce((sum, { length }) => sum + length, 0);
    const dropped = keep - leftInAll;
    expect(next / h).toBe(dropped < 0.9 * target ? 2 : dropped > 1.1 * target ? 0.5 : 1);
    factors.add(next / h);
    for (const [l, kept] of left.entries()) {
      const stays = new Set(kept);
      const stay = (i: number) => stays.has(i);
      expect(kept.every((i) => after.masks[l]![i] === 1)).toBe(true);
      expect(misplaced(after.values[l]!, before.values[l]!, stay)).toEqual([]);
      expect(misplaced(after.momenta[l]!, before.momenta[l]!, stay)).toEqual([]);
    }
    const shares = left.map(({ length }) => (length * keep) / leftInAll);
    if (shares.every((share, l) => share <= sizes[l]!)) {
      after.masks.forEach((mask, l) => {
        expect(Math.abs(ones(mask) - shares[l]!)).toBeLessThanOrEqual(1);
      });
    }
  }
  expect(factors.has(2) || factors.has(0.5)).toBe(true);
  expect(updates.at(-1)!.after.masks.map(ones)).not.toEqual(updates[0]!.before.masks.map(ones));
});

test('keeps a weight in each layer of a very sparse network', async () => {
  // 4887 parameters, 123 of which stay, and 8 masked layers.
  const { setUp, updates } = await trained(140 / 4887);
  expect(setUp.keep).toBe(17);
  for (const { after } of updates) {
    expect(totalOf(after)).toBe(17);
    expect(after.masks.every((mask) => ones(mask) >= 1)).toBe(true);
  }
});
