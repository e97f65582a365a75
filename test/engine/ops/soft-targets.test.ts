import { describe, expect, test } from 'vitest';
import { softTargetLoss } from '../../../harness/engine/ops/soft-targets.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { map, randomValues, type Values, values } from '../../helpers/reference.ts';

const one = values([], [1]);
const [student, teacher] = ['student', 'teacher'].map((name) =>
  map(randomValues(name, [5, 4]), (value) => Math.fround(3 * value)),
) as [Values, Values];

/** log softmax(x/T) of a row. */
function logOf(row: readonly number[], temperature: number): number[] {
  const scaled = row.map((value) => value / temperature);
  const highest = Math.max(...scaled);
  const logSum = highest + Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - highest), 0));
  return scaled.map((value) => value - logSum);
}

/** Mean of T²·Σ_c p_c (log p_c − log q_c), from the definition. */
function divergence(s: Values, t: Values, temperature: number): number {
  const [batch, classes] = s.shape as [number, number];
  let total = 0;
  for (let n = 0; n < batch; n++) {
    const rowOf = ({ data }: Values) => [...data.subarray(n * classes, (n + 1) * classes)];
    const [p, q] = [logOf(rowOf(t), temperature), logOf(rowOf(s), temperature)];
    total += p.reduce((sum, log, c) => sum + Math.exp(log) * (log - q[c]!), 0);
  }
  return (temperature ** 2 * total) / batch;
}

describe.each([0.5, 1, 4, 20])('softTargetLoss at temperature %d', (temperature) => {
  test('agrees with the definition', () => {
    const loss = softTargetLoss(tensorOf(student), tensorOf(teacher), temperature);
    // A difference of two cross-entropies of a few nats, times T².
    const expected = divergence(student, teacher, temperature);
    expect(Math.abs(loss.dataSync()[0]! - expected)).toBeLessThan(1e-6 * (1 + temperature ** 2));
  });

  test('has the gradient of finite differences for the student, and none for the teacher', () => {
    const [forStudent, forTeacher] = engineGradients(
      (s, t) => tf.add(softTargetLoss(s, t, temperature), tf.mul(tf.sum(t), 0)),
      [student, teacher],
      one,
    );
    expectClose(
      forStudent!,
      finiteDifferences((moved) => divergence(moved, teacher, temperature), student),
    );
    expect([...forTeacher!.data].every((value) => value === 0)).toBe(true);
  });

  test('is zero, and leads nowhere, where the student gives the teacher’s probabilities', () => {
    // Logits are probabilities but for a constant of each example.
    const shifted = map(teacher, (value, flat) => value + Math.floor(flat / 4));
    const loss = softTargetLoss(tensorOf(shifted), tensorOf(teacher), temperature).dataSync()[0]!;
    expect(Math.abs(loss)).toBeLessThan(1e-6 * (1 + temperature ** 2));
    const [gradient] = engineGradients((s) => softTargetLoss(s, tensorOf(teacher), temperature), [shifted], one);
    expect(Math.max(...gradient!.data.map(Math.abs))).toBeLessThan(1e-6 * temperature);
  });
});

test.each([
  // import numpy as np
  // s = np.array([[1, 2, .5], [0, -1, 3]]); t = np.array([[2, 1, 0], [1, .5, 4]])
  // def sm(x): e = np.exp(x - x.max(1, keepdims=True)); return e / e.sum(1, keepdims=True)
  // p, q = sm(t / T), sm(s / T); (T * T * (p * np.log(p / q)).sum(1)).mean(), T * (q - p)[0, 0] / 2
  [1, 0.21758887419327547, -0.21700852907633636],
  [4, 0.20805510112038642, -0.20685016503058085],
])('at temperature %d is what NumPy computes', (temperature, loss, slope) => {
  const logits = values([2, 3], [1, 2, 0.5, 0, -1, 3]);
  const taught = values([2, 3], [2, 1, 0, 1, 0.5, 4]);
  expect(softTargetLoss(tensorOf(logits), tensorOf(taught), temperature).dataSync()[0]).toBeCloseTo(loss, 5);
  const [gradient] = engineGradients((s) => softTargetLoss(s, tensorOf(taught), temperature), [logits], one);
  expect(gradient!.data[0]).toBeCloseTo(slope, 6);
});

test('at a high temperature matches logits: the gradient nears that of half the squared distance of centred logits', () => {
  // Hinton et al. 2015, section 2.1: T²·∂KL/∂s → (s − t)/classes for logits of mean zero, here a mean over the batch.
  const centred = (x: Values) =>
    map(
      x,
      (value, flat) => value - x.data.subarray(flat - (flat % 4), flat - (flat % 4) + 4).reduce((a, b) => a + b) / 4,
    );
  const [s, t] = [centred(student), centred(teacher)];
  const [gradient] = engineGradients((input) => softTargetLoss(input, tensorOf(t), 1000), [s], one);
  expectClose(
    gradient!,
    map(s, (value, flat) => (value - t.data[flat]!) / 4 / 5),
    1e-2,
  );
});

test('leaves only its result', () => {
  const [s, t] = [tensorOf(student), tensorOf(teacher)];
  const before = tf.memory().numTensors;
  const loss = softTargetLoss(s, t, 4);
  expect(tf.memory().numTensors).toBe(before + 1);
  loss.dispose();
});
