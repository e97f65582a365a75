import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import type { EpochPoint } from '../../harness/record.ts';
import { averagedWeights, bestWeights } from '../../harness/train/kept-weights.ts';
import { valuesOf } from '../helpers/engine.ts';
import { fixtureEpoch } from '../helpers/records.ts';

const losses = [5, 3, 4, 3];
const curveUpTo = (epoch: number): EpochPoint[] =>
  losses.slice(0, epoch).map((valid_loss, index) => fixtureEpoch(index + 1, { valid_loss }));
const weight = () => variableOf('w', 'weight', Float32Array.of(0, 0), [2]);
const set = (variable: ReturnType<typeof weight>, value: number) => variable.assign(tf.tensor1d([value, -value]));

test('bestWeights keeps the first epoch of the lowest validation loss', () => {
  const w = weight();
  const kept = bestWeights([w]);
  for (const epoch of [1, 2, 3, 4]) {
    set(w, 10 * epoch);
    kept.afterEpoch(curveUpTo(epoch));
  }
  kept.restore();
  expect([...valuesOf(w.value).data]).toEqual([20, -20]);
  expect(kept.epochOf(curveUpTo(4))).toBe(2);
});

test('averagedWeights keeps the mean of the last epochs', () => {
  const w = weight();
  const kept = averagedWeights([w], 3, 4);
  for (const [index, value] of [100, 2, 4, 9].entries()) {
    set(w, value);
    kept.afterEpoch(curveUpTo(index + 1));
  }
  kept.restore();
  expect([...valuesOf(w.value).data]).toEqual([5, -5]);
  expect(kept.epochOf(curveUpTo(4))).toBeNull();
});

test('averagedWeights of more epochs than there are is the mean of all', () => {
  const w = weight();
  const kept = averagedWeights([w], 9, 2);
  for (const [index, value] of [1, 4].entries()) {
    set(w, value);
    kept.afterEpoch(curveUpTo(index + 1));
  }
  kept.restore();
  expect([...valuesOf(w.value).data]).toEqual([2.5, -2.5]);
});
