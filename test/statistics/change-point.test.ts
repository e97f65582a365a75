import { expect, test } from 'vitest';
import { changeProbabilities, logTwoMeans } from '../../harness/statistics/change-point.ts';

test('ratios are those of the integrals over both means and the deviation', () => {
  const values = [0.1, 1.2, 0.4, 3.1, 2.6, 3.9];
  const split = (at: number) => logTwoMeans(values.slice(0, at), values.slice(at));
  // NumPy: sums of Π N(x; μ, σ) over grids of both μ from -40 to 40 and of ln σ, whose density is 1/σ in σ.
  expect(split(3) - split(2)).toBeCloseTo(3.10935, 4);
  expect(split(3) - split(4)).toBeCloseTo(2.804, 4);
});

test('values that repeat exactly, and equal ones, give probabilities', () => {
  const certain = changeProbabilities([[1, 1, 1], [], [1, 1, 1], [0, 0, 0], [0, 0, 0]]);
  expect(certain[2]).toBeGreaterThan(0.999);
  expect(changeProbabilities([[1, 1], [1], [1, 1]])).toEqual([expect.any(Number), expect.any(Number)]);
});

test('places without values share what is between their neighbours', () => {
  const [first, second, third] = changeProbabilities([[5, 5.1, 4.9], [], [], [3, 3.1, 2.9]]);
  expect([first, second, third]).toEqual([1 / 3, 1 / 3, 1 / 3].map((share) => expect.closeTo(share, 12)));
});
