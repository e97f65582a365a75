import { expect, test } from 'vitest';
import type { Batch } from '../../../harness/data/images/batches.ts';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { crossEntropy } from '../../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { rigl } from '../../../harness/methods/sparse/rigl.ts';
import type { StatisticUpdates } from '../../../harness/nn/layer.ts';
import { erkCounts } from '../../../harness/sparse/densities.ts';
import { filled, magnitudes, ones } from '../../../harness/sparse/selection.ts';
import type { SparseMethod, SparseStep } from '../../../harness/sparse/sparse-method.ts';
import { imageFeeds } from '../../../harness/train/image-steps.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { misplaced, moved, type Update, watched } from '../../helpers/watched-method.ts';

type SetUp = ReturnType<typeof sparseSetUp>;

/** |∂L/∂w| of every masked weight, operation by operation. */
function gradientSizes({ context }: Pick<SetUp, 'context'>, { batch }: SparseStep): Float32Array[] {
  const updates: StatisticUpdates = [];
  const { model, imageShape } = context.images!;
  const { images, labels } = imageFeeds(batch as Batch, imageShape);
  const { gradients } = valueAndGradients(
    () => crossEntropy(model.apply(images, { training: true, updates }), labels, 0),
    context.weights.map(({ weight }) => weight),
  );
  tf.dispose(updates.map(([, next]) => next));
  return gradients.map((gradient) => magnitudes(gradient.dataSync() as Float32Array));
}

test('replaces the smallest weights by those of largest gradient until three quarters, at constant counts', async () => {
  const updates: (Update & { sizes: Float32Array[] })[] = [];
  const noted: Update[] = [];
  const inner = watched(rigl, noted);
  const method: SparseMethod = {
    ...inner,
    start(context) {
      const run = inner.start(context);
      return {
        ...run,
        afterStep(event) {
          const sizes = gradientSizes({ context }, event);
          run.afterStep!(event);
          updates.push({ ...noted.at(-1)!, sizes });
        },
      };
    },
  };
  // 132 steps: every ninth of the first 98 is an update.
  const setUp = sparseSetUp(method, { training: { epochs: 4, batchSize: 2 }, trainExamples: 66 });
  const counts = erkCounts(
    setUp.context.weights.map(({ shape }) => shape),
    setUp.keep,
  );
  await trainSparse(setUp);
  expect(updates).toHaveLength(132);
  expect(setUp.sparse.examples()).toBe(10 * 2);
  let grownInAll = 0;
  for (const { event, before, after, sizes } of updates) {
    expect(after.masks.map(ones)).toEqual(counts);
    if (event.step % 9 !== 0 || event.step > 98) {
      expect(after).toEqual(before);
      continue;
    }
    const share = 0.15 * (1 + Math.cos((Math.PI * event.step) / 99));
    for (const [l, mask] of before.masks.entries()) {
      const replaced = Math.min(Math.round(share * counts[l]!), mask.length - counts[l]!);
      const { gone, come } = moved(mask, after.masks[l]!);
      expect(come.length).toBeLessThanOrEqual(replaced);
      grownInAll += come.length;
      // In the order of their magnitudes, the weights beyond the dropped ones are as they were.
      const order = [...mask.keys()].filter((i) => mask[i] === 1);
      order.sort((a, b) => Math.abs(before.values[l]![a]!) - Math.abs(before.values[l]![b]!) || b - a);
      const left = order.slice(replaced);
      const stays = new Set(left);
      const stay = (i: number) => stays.has(i);
      expect(left.every((i) => after.masks[l]![i] === 1)).toBe(true);
      expect(misplaced(after.values[l]!, before.values[l]!, stay)).toEqual([]);
      expect(misplaced(after.momenta[l]!, before.momenta[l]!, stay)).toEqual([]);
      expect(gone.some(stay)).toBe(false);
      // Grown are the largest gradients outside of what is left, to the rounding of another order of operations.
      const grown = [...mask.keys()].filter((i) => after.masks[l]![i] === 1 && !stay(i));
      const free = [...mask.keys()].filter((i) => after.masks[l]![i] === 0);
      expect(grown).toHaveLength(replaced);
      const smallest = Math.min(Number.POSITIVE_INFINITY, ...grown.map((i) => sizes[l]![i]!));
      const largest = Math.max(0, ...free.map((i) => sizes[l]![i]!));
      expect(smallest).toBeGreaterThanOrEqual(largest * (1 - 1e-4) - 1e-7);
    }
  }
  expect(grownInAll).toBeGreaterThan(100);
});

/** RigL on a network whose gradients are given, without training. */
function withGradients(gradientsOf: (sizes: number[]) => Float32Array[]) {
  const { context } = sparseSetUp(rigl);
  const sizes = context.weights.map(({ size }) => size);
  let calls = 0;
  const run = rigl.start({
    ...context,
    gradients: () => {
      calls++;
      return gradientsOf(sizes);
    },
  });
  const batch = context.batch('batch', 4);
  const after = (step: number, steps: number) => {
    tf.tidy(() => run.afterStep!({ phase: 0, step, steps, learningRate: 0.1, batch }));
  };
  return { context, sizes, after, calls: () => calls };
}

test('grows what was just dropped where its gradient is large, from zero', () => {
  const { context, sizes, after } = withGradients((all) => {
    const gradients = all.map((size) => new Float32Array(size));
    gradients[0]!.set([100, 0, 0, 0, 0, 0, 0, 0, 1, -5, 0, 2, -4, 3]);
    return gradients;
  });
  const masks = filled(sizes, 0);
  masks[0]!.fill(1, 0, 10);
  const [first] = context.weights;
  const values = Float32Array.from({ length: first!.size }, (_, i) => (i < 10 ? (i % 2 === 0 ? 10 - i : i - 10) : 0));
  first!.weight.assign(tf.tensor(values, [...first!.shape]));
  first!.slots[0]!.assign(tf.onesLike(first!.slots[0]!.value));
  context.setMasks(masks);
  // T_end is 30 and the share 0.15·(1 + cos(π/3)) = 0.225: 2 of 10, weights 2 and −1 of the places 8 and 9.
  after(10, 40);
  const [mask, weights] = [context.masks()[0]!, context.values()[0]!];
  expect([...mask.keys()].filter((i) => mask[i] === 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9, 12]);
  expect([...weights.subarray(0, 13)].map((x) => x + 0)).toEqual([10, -9, 8, -7, 6, -5, 4, -3, 0, 0, 0, 0, 0]);
  const momenta = [...first!.slots[0]!.value.dataSync()].slice(0, 13).map((x) => x + 0);
  expect(momenta).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
});

test('updates every 100 steps, more often where that leaves less than ten, and not in the last quarter', () => {
  const { after, calls } = withGradients((all) => all.map((size) => new Float32Array(size).fill(1)));
  const updatedAt = (steps: number, ...candidates: number[]) =>
    candidates.filter((step) => {
      const before = calls();
      after(step, steps);
      return calls() > before;
    });
  expect(updatedAt(97_656, 1, 50, 100, 150, 200, 73_200, 73_242, 73_300)).toEqual([100, 200, 73_200]);
  // The published ΔT at the schedule of 200 epochs, too.
  expect(updatedAt(200 * 391, 80, 100, 58_600, 58_700)).toEqual([100, 58_600]);
  expect(updatedAt(1467, 50, 99, 100, 1000, 1100, 1200)).toEqual([100, 1000, 1100]);
  expect(updatedAt(100, 1, 5, 6, 72, 78, 100)).toEqual([6, 72]);
});

test('leaves a network alone whose gradients are not numbers', () => {
  const { context, after } = withGradients((all) => all.map((size) => new Float32Array(size).fill(Number.NaN)));
  const before = context.masks();
  after(10, 40);
  expect(context.masks()).toEqual(before);
});
