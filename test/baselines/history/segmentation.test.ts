import { expect, test } from 'vitest';
import { levelChanges } from '../../../baselines/history/segmentation.ts';

test('a change of level is found at its night, chance is none, nights without values are stepped over', () => {
  const noise = (night: number) => [Math.sin(5 * night), Math.cos(3 * night)].map((value) => 0.7 * value);
  const quiet = Array.from({ length: 40 }, (_, night) => noise(night));
  expect(levelChanges(quiet, 0.25)).toEqual([]);
  const stepped = quiet.map((night, at) => (at === 20 ? [] : night.map((value) => value - (at > 20 ? 3 : 0))));
  expect(levelChanges(stepped, 0.25)).toEqual([21]);
  const back = stepped.map((night, at) => night.map((value) => value + (at > 30 ? 3 : 0)));
  expect(levelChanges(back, 0.25)).toEqual([21, 31]);
  expect(levelChanges([], 1)).toEqual([]);
  expect(levelChanges([[], []], 1)).toEqual([]);
});

test('the partition is the cheapest of all', () => {
  const nights = [[0.2, 1.9], [-1, 0.4], [2.5], [3.1, 2.2], [-0.3, 0.1], [2.9, 3.3]];
  const penalty = 3 * Math.log(11);
  const costOf = (starts: readonly number[]) =>
    [0, ...starts].reduce((total, from, index) => {
      const values = nights.slice(from, starts[index] ?? nights.length).flat();
      const center = values.reduce((sum, value) => sum + value, 0) / values.length;
      return total + values.reduce((sum, value) => sum + (value - center) ** 2, 0) / 0.2;
    }, penalty * starts.length);
  const all = Array.from({ length: 2 ** 5 }, (_, bits) => [1, 2, 3, 4, 5].filter((night) => bits & (1 << (night - 1))));
  const cheapest = all.reduce((best, starts) => (costOf(starts) < costOf(best) ? starts : best));
  expect(cheapest.length).toBeGreaterThan(1);
  expect(levelChanges(nights, 0.2)).toEqual(cheapest);
});
