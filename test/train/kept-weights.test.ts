import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import type { CurvePoint } from '../../harness/record.ts';
import { averagedWeights, bestWeights } from '../../harness/train/kept-weights.ts';
import { valuesOf } from '../helpers/engine.ts';

const losses = [5, 3, 4, 3];
const curveUpTo = (epoch: number): CurvePoint[] =>
  losses.slice(0, epoch).map((valid_loss, index) => ({ at: index + 1, seconds: 1, values: { valid_loss } }));
const lossOf = ({ values }: CurvePoint) => values.valid_loss!;
const weight = () => variableOf('w', 'weight', Float32Array.of(0, 0), [2]);
const set = (variable: ReturnType<typeof weight>, value: number) => variable.assign(tf.tensor1d([value, -value]));

test('bestWeights keeps the first epoch of the lowest validation loss', () => {
  const w = weight();
  const kept = bestWeights({ variables: [w] }, lossOf);
  for (const epoch of [1, 2, 3, 4]) {
    set(w, 10 * epoch);
    kept.afterPoint(curveUpTo(epoch));
  }
  kept.restore();
  expect([...valuesOf(w.value).data]).toEqual([20, -20]);
  expect(kept.at()).toBe(2);
});

test('averagedWeights keeps the mean of the last epochs', () => {
  const w = weight();
  const kept = averagedWeights({ variables: [w] }, 3, 4);
  for (const [index, value] of [100, 2, 4, 9].entries()) {
    set(w, value);
    kept.afterPoint(curveUpTo(index + 1));
  }
  kept.restore();
  expect([...valuesOf(w.value).data]).toEqual([5, -5]);
  expect(kept.at()).toBeNull();
});

test('averagedWeights of more epochs than there are is the mean of all', () => {
  const w = weight();
  const kept = averagedWeights({ variables: [w] }, 9, 2);
  for (const [index, value] of [1, 4].entries()) {
    set(w, value);
    kept.afterPoint(curveUpTo(index + 1));
  }
  kept.restore();
  expect([...valuesOf(w.value).data]).toEqual([2.5, -2.5]);
});

test('bestWeights gives the masks back with the weights that they belong to, of points whose masks fit alone', () => {
  const [w, mask] = [weight(), variableOf('m', 'statistic', Float32Array.of(1, 1), [2])];
  let fits = false;
  const kept = bestWeights({ variables: [w], masks: new Map([[w, mask]]) }, lossOf, () => fits);
  const masksBy = [
    [1, 1],
    [1, 1],
    [0, 1],
    [1, 0],
  ];
  for (const [index, entries] of masksBy.entries()) {
    mask.assign(tf.tensor1d(entries));
    w.assign(tf.tensor1d(entries.map((entry) => entry * (index + 1))));
    // The second point has the lowest loss, but masks that keep too much.
    fits = index >= 2;
    kept.afterPoint(curveUpTo(index + 1));
  }
  // Of the others the fourth is better.
  expect(kept.at()).toBe(4);
  mask.assign(tf.tensor1d([0, 0]));
  w.assign(tf.tensor1d([0, 0]));
  kept.restore();
  expect([[...w.value.dataSync()], [...mask.value.dataSync()]]).toEqual([
    [4, 0],
    [1, 0],
  ]);
});

test('averagedWeights are zero where the last masks are', () => {
  const [w, mask] = [weight(), variableOf('m', 'statistic', Float32Array.of(1, 0), [2])];
  const kept = averagedWeights({ variables: [w], masks: new Map([[w, mask]]) }, 2, 2);
  w.assign(tf.tensor1d([4, 0]));
  kept.afterPoint(curveUpTo(1));
  mask.assign(tf.tensor1d([0, 1]));
  w.assign(tf.tensor1d([0, 8]));
  kept.afterPoint(curveUpTo(2));
  kept.restore();
  expect([[...w.value.dataSync()], [...mask.value.dataSync()]]).toEqual([
    [0, 4],
    [0, 1],
  ]);
});
