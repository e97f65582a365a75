import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { dropout, seedOf } from '../../../harness/engine/ops/dropout.ts';
import { type Scalar, tf } from '../../../harness/engine/tensorflow.ts';
import { variableOf } from '../../../harness/engine/variable.ts';
import { valuesOf } from '../../helpers/engine.ts';

const seed = (...numbers: [number, number]) => tf.tensor1d(numbers, 'int32');
const numbersOf = (x: ReturnType<typeof dropout>) => [...valuesOf(x).data];

describe('dropout', () => {
  test('leaves a share 1 − p, times 1/(1 − p), so that the mean stays', () => {
    for (const rate of [0.1, 0.2, 0.5]) {
      const out = numbersOf(dropout(tf.ones([400, 250]), rate, seed(1, 2)));
      const kept = out.filter((value) => value !== 0);
      expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - rate))]));
      // 100,000 draws: four standard deviations are at most 0.0064.
      expect(Math.abs(kept.length / out.length - (1 - rate))).toBeLessThan(0.0064);
      expect(Math.abs(out.reduce((sum, value) => sum + value, 0) / out.length - 1)).toBeLessThan(0.013);
    }
  });

  test('is linear in x for one seed, so that its gradient is the mask', () => {
    const x = variableOf(
      'x',
      'weight',
      Float32Array.from({ length: 60 }, (_, i) => i - 29.5),
      [6, 10],
    );
    const { gradients } = valueAndGradients(() => tf.sum(dropout(x.value, 0.4, seed(3, 4))) as Scalar, [x]);
    const mask = numbersOf(dropout(tf.ones([6, 10]), 0.4, seed(3, 4)));
    expect(numbersOf(gradients[0]!)).toEqual(mask);
    expect(numbersOf(dropout(x.value, 0.4, seed(3, 4)))).toEqual(mask.map((kept, i) => Math.fround(kept * (i - 29.5))));
    expect(new Set(mask).size).toBe(2);
  });

  test('masks of other seeds and places agree no more often than chance has it', () => {
    const draw = (numbers: [number, number], place: number) =>
      numbersOf(dropout(tf.ones([40_000]), 0.5, seedOf(seed(...numbers), place)));
    const first = draw([7, 8], 0);
    expect(draw([7, 8], 0)).toEqual(first);
    for (const other of [draw([7, 8], 1), draw([8, 8], 0), draw([0, 0], 0), draw([7, 8], 2)]) {
      const share = other.filter((value, i) => value === first[i]).length / first.length;
      expect(Math.abs(share - 0.5)).toBeLessThan(0.01);
    }
  });

  test('of rate 0 is x itself', () => {
    const x = tf.ones([3]);
    expect(dropout(x, 0, seed(1, 1))).toBe(x);
  });
});
