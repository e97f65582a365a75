import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { mlprune } from '../../../harness/methods/sparse/mlprune.ts';
import { damped, surgeonScores } from '../../../harness/sparse/scores/brain-surgeon.ts';
import { kroneckerFactors } from '../../../harness/sparse/scores/kronecker-factors.ts';
import { labelledByModel } from '../../../harness/sparse/scores/model-labels.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import type { SparseMethod } from '../../../harness/sparse/sparse-method.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';

test('prunes the trained network by the surgeon’s importances, moves what is kept, and trains on', async () => {
  const seen: { before: Float32Array[]; after: Float32Array[]; masks: Uint8Array[]; scores: Float64Array[] }[] = [];
  const watched: SparseMethod = {
    ...mlprune,
    start(context) {
      const run = mlprune.start(context);
      return {
        ...run,
        async beforePhase(phase) {
          const before = context.values();
          // More are asked for than there are: all 64, in the same order and views.
          const examples = context.images!.batch('factors', 4096);
          const labelled = () => labelledByModel(context, examples, context.stream('labels'), 64);
          const factors = phase === 0 ? [] : kroneckerFactors(context, labelled(), 8);
          const scores = factors.map(({ inputs, outputs }, l) =>
            surgeonScores(before[l]!, damped(inputs.value, 1e-3), damped(outputs.value, 1e-3)),
          );
          const tensors = tf.memory().numTensors;
          await run.beforePhase(phase);
          expect(tf.memory().numTensors).toBe(tensors);
          seen.push({ before, after: context.values(), masks: context.masks(), scores });
        },
      };
    },
  };
  const setUp = sparseSetUp(watched, { training: { epochs: 2, batchSize: 8 }, budget: 0.3 });
  const { curve } = await trainSparse(setUp);
  const [dense, pruned] = seen;
  expect(dense!.masks.every((mask) => ones(mask) === mask.length)).toBe(true);
  expect(dense!.after).toEqual(dense!.before);
  const { before, after, masks, scores } = pruned!;
  expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(setUp.keep);
  const of = (kept: number) => scores.flatMap((layer, l) => [...layer].filter((_, i) => masks[l]![i] === kept));
  expect(Math.min(...of(1))).toBeGreaterThanOrEqual(Math.max(...of(0)));
  masks.forEach((mask, l) => {
    const moved = [...mask.keys()].filter((i) => mask[i] === 1 && after[l]![i] !== before[l]![i]);
    if (ones(mask) > 0 && ones(mask) < mask.length) expect(moved.length).toBeGreaterThan(ones(mask) / 2);
  });
  expect(setUp.context.masks()).toEqual(masks);
  expect(curve).toHaveLength(3);
  // Once by this test and once by the method: 64 examples, and a third of them for their labels.
  expect(setUp.sparse.examples()).toBe(2 * (64 + 22));
});
