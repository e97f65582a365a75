import { expect, test } from 'vitest';
import { placeBySeeds } from '../../harness/bisect/seed-search.ts';
import { gaussian, streamsOf } from '../../harness/random.ts';

/** So many searches over 32 commits for a change of so many standard deviations. */
async function simulated(loss: number, { runs, ends }: { runs: number; ends?: number }) {
  const uniform = streamsOf('bisect', loss)('values');
  const sums = { right: 0, probability: 0, between: 0, cells: 0, apart: 0 };
  for (let run = 0; run < runs; run++) {
    const change = 1 + Math.floor(uniform() * 31);
    const drawn: number[][] = Array.from({ length: 32 }, () => []);
    const draw = async (at: number, number: number) => {
      const wanted = at === 0 || at === 31 ? (ends ?? number) : number;
      const own = drawn[at]!;
      own.push(...gaussian(Math.max(0, wanted - own.length), 1, uniform, at >= change ? -loss : 0));
      return own.slice(0, wanted);
    };
    const placed = await placeBySeeds(32, draw, 'lower');
    if ('notApart' in placed) continue;
    sums.apart++;
    sums.right += placed.first === change && placed.last === change ? 1 : 0;
    sums.probability += placed.probability;
    sums.cells += placed.cells;
    sums.between += placed.cells - drawn[0]!.length - drawn[31]!.length;
  }
  const { right, probability, between, cells, apart } = sums;
  return {
    right: right / apart,
    probability: probability / apart,
    between: between / apart,
    cells: cells / apart,
    apart: apart / runs,
  };
}

test.each([
  // 100 %, 98 % and 75 %, with 28, 66 and 162 cells beside ends that are known.
  [2, { right: [0.98, 1], between: [26, 31] }],
  [1, { right: [0.94, 1], between: [60, 73] }],
  [0.5, { right: [0.65, 0.85], between: [152, 172] }],
])('a change of %f standard deviations is placed as the statistics promise', async (loss, expected) => {
  const { right, between, probability } = await simulated(loss, { runs: 80, ends: 250 });
  expect(right).toBeGreaterThanOrEqual(expected.right[0]!);
  expect(right).toBeLessThanOrEqual(expected.right[1]!);
  expect(between).toBeGreaterThan(expected.between[0]!);
  expect(between).toBeLessThan(expected.between[1]!);
  // What the answers say of themselves is true in the mean.
  expect(Math.abs(probability - right)).toBeLessThan(0.1);
});

test.each([
  [2, { right: 0.98, cells: 70, apart: 1 }],
  [1, { right: 0.87, cells: 160, apart: 0.98 }],
])(
  'with ends that are measured too, a change of %f takes more cells and is placed nearly as well',
  async (loss, least) => {
    const { right, cells, apart, probability } = await simulated(loss, { runs: 100 });
    expect(right).toBeGreaterThanOrEqual(least.right);
    expect(cells).toBeLessThan(least.cells);
    expect(apart).toBeGreaterThanOrEqual(least.apart);
    expect(Math.abs(probability - right)).toBeLessThan(0.07);
  },
);

test('ends without a difference are told, mostly', async () => {
  const { apart } = await simulated(0, { runs: 100 });
  expect(apart).toBeLessThan(0.25);
});

test('a seed that diverged counts as the worst, and a commit that cannot be asked is named', async () => {
  const values = (at: number, number: number) =>
    Array.from({ length: number }, (_, seed) => (at >= 3 && seed % 5 !== 0 ? null : 1 + 0.1 * ((7 * seed) % 5)));
  const draw = async (at: number, number: number) => (at === 2 ? null : values(at, number));
  const placed = await placeBySeeds(6, draw, 'lower');
  expect(placed).toMatchObject({
    first: 2,
    last: 3,
    marks: ['good', 'good', 'skipped', 'bad', null, 'bad'],
  });
});
