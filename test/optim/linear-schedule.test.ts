import { expect, test } from 'vitest';
import { linearRate } from '../../harness/optim/linear-schedule.ts';

const rates = (warmup: number, steps: number) =>
  Array.from({ length: steps }, (_, step) => linearRate(step, { learningRate: 12, warmup, steps }));

test('rises in equal parts during the warm-up, and then falls in equal parts, to zero behind the last step', () => {
  expect(rates(3, 7)).toEqual([4, 8, 12, 12, 9, 6, 3]);
  expect(rates(0, 4)).toEqual([12, 9, 6, 3]);
  expect(rates(4, 4)).toEqual([3, 6, 9, 12]);
  expect(rates(9, 1)).toEqual([12 / 9]);
});
