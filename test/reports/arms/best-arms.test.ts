import { describe, expect, it } from 'vitest';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import type { ArmSummary } from '../../../reports/arms/arm-summary.ts';
import { comparisonWithin, upperTail } from '../../../reports/arms/arm-test.ts';
import { amongText, type Best, bestOf } from '../../../reports/arms/best-arms.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { armsOf } from '../../helpers/arms.ts';
import { bareArm } from '../../helpers/bare-arms.ts';

/** Where no other arms are beside. */
function bestAmong(arms: readonly ArmSummary[]): Best | null {
  return bestOf(arms, comparisonWithin(arms));
}

const spread = [0.001, -0.001, 0];

it('tests the arm of highest mean against every other, p one-sided times their number', () => {
  const best = bestAmong(
    armsOf({
      a: [0.8, 0.8, 0.8],
      b: [0.79 + 0.001, 0.79 - 0.001, 0.79],
      c: [0.7, 0.7 + 0.001, 0.7 - 0.001],
    }),
  )!;
  expect(methodOf(best.arm)).toBe('a');
  expect(best.rivals.map(({ arm }) => methodOf(arm))).toEqual(['b', 'c']);
  for (const { test, adjustedP } of best.rivals) expect(adjustedP).toBeCloseTo(2 * upperTail(test)!, 12);
  expect(best.established).toBe(true);
});

it('calls an arm within the spread one that cannot be told from the best', () => {
  const best = bestAmong(armsOf({ a: [0.8, 0.82, 0.81], b: [0.81, 0.8, 0.8], c: [0.5, 0.51, 0.5] }))!;
  expect(best.rivals.map(({ arm, worse }) => [methodOf(arm), worse])).toEqual([
    ['b', false],
    ['c', true],
  ]);
  expect(best.established).toBe(false);
});

it('does not take an arm that lost a seed as the best, however high its mean', () => {
  const lucky = bestAmong(
    armsOf({ a: [0.9, 0.9 + 0.001, null], b: spread.map((s) => 0.8 + s), c: spread.map((s) => 0.7 - s) }),
  )!;
  expect(methodOf(lucky.arm)).toBe('b');
  expect(lucky.rivals.find(({ arm }) => methodOf(arm) === 'a')?.worse).toBe(false);
  expect(amongText(lucky)).toBe(' of the arms with 3 seeds');
  const plain = bestAmong(armsOf({ a: [0.8, 0.82, 0.81], b: [0.5, 0.51, null] }))!;
  expect(amongText(plain)).toBe('');
  expect(lucky.established).toBe(false);
});

it('establishes nothing of one seed, of one arm, of equal values', () => {
  expect(bestAmong(armsOf({ a: [0.9], b: [0.1] }))?.established).toBe(false);
  expect(bestAmong(armsOf({ a: [0.9, 0.8] }))).toMatchObject({ rivals: [], established: false });
  expect(bestAmong(armsOf({ a: [0.9, 0.9], b: [0.1, 0.1] }))).toMatchObject({ established: false });
  expect(bestAmong(armsOf({ a: [null, null] }))).toBeNull();
  expect(bestAmong([])).toBeNull();
});

describe('the arm that is in truth the best', () => {
  // Ties are the worst case: all arms are the best, and the first stands for it.
  it.each([
    ['19 arms that spread alike, 3 seeds', 19, 3, () => 1, 0.05],
    ['19 arms, every second spread three times as wide, 3 seeds', 19, 3, (arm: number) => (arm % 2 ? 1 : 3), 0.05],
    [
      '19 arms, of which the best spreads four times as wide, 3 seeds',
      19,
      3,
      (arm: number) => (arm === 0 ? 4 : 1),
      0.07,
    ],
    ['4 arms that spread alike, 2 seeds', 4, 2, () => 1, 0.055],
    ['2 arms, 3 seeds', 2, 3, () => 1, 0.055],
  ])('is called worse about once in twenty runs at most: %s', (name, count, seeds, deviationOf, most) => {
    const uniform = streamsOf(name, 0)('values');
    const runs = 1000;
    let wrong = 0;
    for (let run = 0; run < runs; run++) {
      const shared = gaussian(seeds, 1, uniform);
      const arms = Array.from({ length: count }, (_, arm) =>
        bareArm(gaussian(seeds, deviationOf(arm), uniform).map((error, seed) => shared[seed]! + error)),
      );
      const best = bestAmong(arms)!;
      if (best.rivals.some(({ arm, worse }) => arm === arms[0] && worse)) wrong++;
    }
    // Three standard errors of a rate of 0.05 are 0.021.
    expect(wrong / runs).toBeLessThan(most + 0.021);
    expect(wrong).toBeGreaterThan(0);
  });

  it('is found where it is clearly ahead: five standard deviations, 19 arms, 3 seeds', () => {
    const uniform = streamsOf('power', 0)('values');
    let established = 0;
    for (let run = 0; run < 200; run++) {
      const arms = Array.from({ length: 19 }, (_, arm) => bareArm(gaussian(3, 1, uniform, arm === 0 ? 5 : 0)));
      const best = bestAmong(arms)!;
      if (best.established && best.arm === arms[0]) established++;
    }
    expect(established).toBeGreaterThan(150);
  });
});
