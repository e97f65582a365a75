import { expect, test } from 'vitest';
import { inverseSqrtRate, warmedUpRate } from '../../harness/optim/inverse-sqrt-schedule.ts';

test('the rate is constant at first, halves at four times the steps, and is a third at nine times', () => {
  const rate = (step: number) => inverseSqrtRate(step, 0.25, 4000);
  expect([0, 1, 3999, 4000].map(rate)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(rate(16000)).toBe(0.125);
  expect(rate(36000)).toBeCloseTo(0.25 / 3, 12);
  expect(rate(4001)).toBeLessThan(0.25);
  expect(rate(4001)).toBeGreaterThan(0.2499);
});

test('with a warm-up of 4 updates it rises in equal steps, is constant up to update 16, and then falls as 1/√update', () => {
  const rate = (step: number) => warmedUpRate(step, { learningRate: 0.8, warmupUpdates: 4, constantUpdates: 16 });
  expect([0, 1, 2, 3, 4, 16].map(rate)).toEqual(
    [0.2, 0.4, 0.6, 0.8, 0.8, 0.8].map((value) => expect.closeTo(value, 12)),
  );
  expect([64, 144].map(rate)).toEqual([expect.closeTo(0.4, 12), expect.closeTo(0.8 / 3, 12)]);
});

test('a longer warm-up sets the fall back', () => {
  const schedule = { learningRate: 1, warmupUpdates: 100, constantUpdates: 1 };
  expect(warmedUpRate(99, schedule)).toBe(1);
  expect(warmedUpRate(400, schedule)).toBe(0.5);
});
