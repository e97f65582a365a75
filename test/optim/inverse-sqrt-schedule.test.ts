import { expect, test } from 'vitest';
import { inverseSqrtRate } from '../../harness/optim/inverse-sqrt-schedule.ts';

test('the rate is constant at first, halves at four times the steps, and is a third at nine times', () => {
  const rate = (step: number) => inverseSqrtRate(step, 0.25, 4000);
  expect([0, 1, 3999, 4000].map(rate)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(rate(16000)).toBe(0.125);
  expect(rate(36000)).toBeCloseTo(0.25 / 3, 12);
  expect(rate(4001)).toBeLessThan(0.25);
  expect(rate(4001)).toBeGreaterThan(0.2499);
});
