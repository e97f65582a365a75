import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoreCheckpoint, saveCheckpoint } from '../../../harness/checkpoint.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { countParameters, weightsDigest } from '../../../harness/measure/weights.ts';
import { phasesOf } from '../../../harness/methods/phases.ts';
import { methods } from '../../../harness/methods/registry.ts';
import type { CurvePoint } from '../../../harness/record.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import type { SparseMethod } from '../../../harness/sparse/sparse-method.ts';
import { totalEpochs } from '../../../harness/train/phases.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { tinyTraining } from '../../helpers/tiny-training.ts';

/** What every sparse method promises, a new one included. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factorbench-sparse-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sparseMethods = methods.filter((method): method is SparseMethod => method.kind === 'sparse');
const withoutSeconds = (curve: readonly CurvePoint[]) => curve.map(({ at, values }) => ({ at, values }));

/** The first place at which the mask is neither 1 nor 0, or 0 where a weight or its momentum is not; −1: there is none. */
function firstMoved(mask: Float32Array, weight: Float32Array, momentum: Float32Array): number {
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1 && (mask[i] !== 0 || weight[i] !== 0 || momentum[i] !== 0)) return i;
  }
  return -1;
}

/** At most `count` of the items, evenly spaced, the first and the last among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}

describe.each(sparseMethods.map((method) => ({ name: method.name, method })))('$name', ({ method }) => {
  test('keeps masked weights and their momentum at zero through 500 steps, and the budget to the last weight', async () => {
    const setUp = sparseSetUp(method, { training: { batchSize: 4, epochs: 4 }, trainExamples: 500, budget: 0.25 });
    let steps = 0;
    const wrong: string[] = [];
    await trainSparse(setUp, {
      afterStep: ({ phase, step }) => {
        steps++;
        for (const { name, weight, mask, slots } of setUp.context.weights) {
          const [m, w, b] = [mask, weight, slots[0]!].map(({ value }) => value.dataSync() as Float32Array);
          const moved = firstMoved(m!, w!, b!);
          if (moved !== -1) wrong.push(`phase ${phase}, step ${step}: ${name}[${moved}]`);
        }
      },
    });
    expect(wrong).toEqual([]);
    expect(steps).toBeGreaterThanOrEqual(500);
    const kept = setUp.context.masks().reduce((sum, mask) => sum + ones(mask), 0);
    expect(kept).toBe(setUp.keep);
    const { parameters, nonzero } = countParameters(setUp.model.variables);
    expect(setUp.sparse.counts(true).parameters).toBe(Math.round(0.25 * parameters));
    expect(nonzero).toBeLessThanOrEqual(Math.round(0.25 * parameters));
    expect(nonzero).toBeGreaterThan(0.98 * Math.round(0.25 * parameters));
  });

  test('diverges as a dense training does, without an error of its own', async () => {
    const setUp = sparseSetUp(method, { training: { learningRate: 1e30 } });
    expect(await trainSparse(setUp)).toMatchObject({ diverged: true });
    expect(setUp.sparse.counts(false).parameters).toBeGreaterThan(0);
  });

  test('interrupted and resumed, ends with the bits of an undisturbed run', async () => {
    const options = { training: { epochs: 2 } };
    const files: string[] = [];
    const key = { id: method.name, computation: { device: 'cpu' } };
    const stateOf = ({ step, sparse }: ReturnType<typeof sparseSetUp>) => [...step.variables, ...sparse.variables];
    const whole = sparseSetUp(method, options);
    const undisturbed = await trainSparse(whole, {
      onPoint: async (curve) => {
        files.push(join(folder, `${method.name}-${curve.length}.ckpt`));
        await saveCheckpoint(files.at(-1)!, key, curve, stateOf(whole));
      },
    });
    expect(files).toHaveLength(
      totalEpochs(phasesOf(method, { ...tinyTraining, ...options.training }, whole.plan.weightRatio)),
    );
    for (const file of spread(files, 4)) {
      const resumed = sparseSetUp(method, options);
      // Other values, so that what is not restored shows.
      for (const variable of stateOf(resumed)) variable.assign(tf.onesLike(variable.value));
      const restored = await restoreCheckpoint(file, key, stateOf(resumed));
      if (restored.state !== 'restored') throw new Error(`${file}: ${restored.state}`);
      const { curve } = await trainSparse(resumed, { curve: restored.curve });
      expect(weightsDigest(stateOf(resumed))).toBe(weightsDigest(stateOf(whole)));
      expect(withoutSeconds(curve)).toEqual(withoutSeconds(undisturbed.curve));
      expect(resumed.sparse.examples()).toBe(whole.sparse.examples());
    }
  });
});
