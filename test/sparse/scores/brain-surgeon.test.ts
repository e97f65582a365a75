import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { damped, surgeonScores, surgeonUpdate } from '../../../harness/sparse/scores/brain-surgeon.ts';
import { expectClose, tensorOf } from '../../helpers/engine.ts';
import { at, filled, matMul, randomValues, transposed, type Values } from '../../helpers/reference.ts';

/** A random symmetric positive definite matrix. */
function definite(name: string, size: number): Values {
  const root = randomValues(name, [size, size + 2]);
  return matMul(root, transposed(root));
}

/** x of A·x = b, by Gaussian elimination with pivots. */
function solved(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let c = 0; c < rows.length; c++) {
    const pivot = rows.slice(c).reduce((best, row) => (Math.abs(row[c]!) > Math.abs(best[c]!) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(c, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[c]! / pivot[c]!;
      for (let k = c; k < row.length; k++) row[k] = row[k]! - factor * pivot[k]!;
    }
  }
  return rows.map((row, i) => row[row.length - 1]! / row[i]!);
}

const [ins, outs] = [4, 3];
const [a, g] = [definite('a', ins), definite('g', outs)];
const weights = randomValues('weights', [ins, outs]);
const places = Array.from({ length: ins * outs }, (_, flat) => flat);
/** The whole Hessian A ⊗ G of the entries in their order. */
const hessian = places.map((p) =>
  places.map((q) => at(a, Math.floor(p / outs), Math.floor(q / outs)) * at(g, p % outs, q % outs)),
);

/**
 * The changes of the entries that are not fixed at the least ½·dᵀHd, where the fixed ones change by −w; and that rise.
 */
function leastRise(removed: readonly number[]) {
  const free = places.filter((p) => !removed.includes(p));
  const pull = free.map((p) => removed.reduce((sum, q) => sum + hessian[p]![q]! * weights.data[q]!, 0));
  const x = solved(
    free.map((p) => free.map((q) => hessian[p]![q]!)),
    pull,
  );
  const d = places.map((p) => (removed.includes(p) ? -weights.data[p]! : x[free.indexOf(p)]!));
  const rise = places.reduce(
    (sum, p) => sum + d[p]! * places.reduce((inner, q) => inner + hessian[p]![q]! * d[q]!, 0),
    0,
  );
  return { d, rise: rise / 2 };
}

test('a score is the least rise of the quadratic loss without that weight', () => {
  const scores = surgeonScores(Float32Array.from(weights.data), tensorOf(a), tensorOf(g));
  expectClose(
    { shape: [ins, outs], data: scores },
    { shape: [ins, outs], data: Float64Array.from(places, (p) => leastRise([p]).rise) },
    1e-3,
  );
});

test.each([[[5]], [[0, 3, 4, 11]], [[0, 1, 2, 3, 4, 6, 7, 8, 9, 10]], [[]]])(
  'without the weights %j, the others take the least rise',
  (removed: number[]) => {
    const mask = filled([ins, outs], ([j, i]) => (removed.includes(j! * outs + i!) ? 0 : 1));
    const before = tf.memory().numTensors;
    const inputs = [weights, mask, a, g].map(tensorOf);
    const updated = surgeonUpdate(inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!);
    expect(tf.memory().numTensors).toBe(before + 5);
    const { d } = leastRise(removed);
    expectClose(
      updated,
      { shape: [ins, outs], data: Float64Array.from(places, (p) => weights.data[p]! + d[p]!) },
      2e-3,
    );
    for (const p of removed) expect(updated.dataSync()[p]! + 0).toBe(0);
  },
);

test('the update does not depend on the scale of the Hessian, however small', () => {
  const mask = filled([ins, outs], ([j, i]) => (j! + i!) % 2);
  const [w, m, inputs, outputs] = [weights, mask, a, g].map(tensorOf);
  const updated = surgeonUpdate(w!, m!, inputs!, outputs!);
  const scaled = surgeonUpdate(w!, m!, tf.mul(inputs!, 2 ** -40), tf.mul(outputs!, 2 ** -60));
  expect([...scaled.dataSync()]).toEqual([...updated.dataSync()]);
});

test('damping adds its share of the mean diagonal entry, and makes zeros invertible', () => {
  expectClose(damped(tf.tensor2d([3, 1, 1, 5], [2, 2]), 0.25), { shape: [2, 2], data: Float64Array.of(4, 1, 1, 6) });
  const zeros = damped(tf.zeros([2, 2]), 0.25);
  expect([...surgeonScores(Float32Array.of(1, 2, 3, 4), zeros, zeros)].every((score) => score < 1e-30)).toBe(true);
});

test('a score of float32 factors is that of float64 to 1e-12', () => {
  // A = [[2, 1], [1, 1]] has the inverse [[1, −1], [−1, 2]], G = [[4]] a quarter.
  const scores = surgeonScores(Float32Array.of(3, 1), tf.tensor2d([2, 1, 1, 1], [2, 2]), tf.tensor2d([4], [1, 1]));
  expect(scores[0]).toBeCloseTo(9 / (2 * 1 * 0.25), 12);
  expect(scores[1]).toBeCloseTo(1 / (2 * 2 * 0.25), 12);
});

test('a singular factor is refused', () => {
  const one = tf.ones([1, 1]);
  expect(() => surgeonScores(Float32Array.of(1, 1), tf.ones([2, 2]), one)).toThrow('singular to rounding');
});
