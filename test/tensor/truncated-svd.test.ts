import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { type NdArray, ndArray } from '../../harness/tensor/nd-array.ts';
import { truncatedSvd } from '../../harness/tensor/truncated-svd.ts';
import { expectOrthonormalRows } from '../helpers/orthonormal.ts';
import { filled, map, matMul, orthonormalColumns, randomValues, transposed } from '../helpers/reference.ts';

const lengthOf = (data: Iterable<number>) => Math.sqrt([...data].reduce((sum, value) => sum + value * value, 0));
const difference = (a: NdArray, b: NdArray) => a.data.map((value, i) => value - b.data[i]!);
const missOf = (a: NdArray, rank: number) => {
  const { left, right } = truncatedSvd(a, rank);
  return lengthOf(difference(a, matMul(left, right)));
};
const rowsOf = ({ shape, data }: NdArray) =>
  Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * shape[1]!, (i + 1) * shape[1]!));
const sigmaOf = (a: NdArray, rank: number) => rowsOf(truncatedSvd(a, rank).right).map(lengthOf);

/** By numpy.linalg.svd 2.4.6 in float64: of a whole-numbered 13 x 10 matrix. */
const known = {
  matrix: filled([13, 10], ([i, j]) => ((7 * i! + 3 * j! + i! * i! * j!) % 17) - 8),
  sigma: [
    26.57489364625072, 23.479951220136286, 22.418036496838646, 22.03496849807061, 16.08428956557355, 14.496844176919936,
    11.191844028919029, 10.465650790246016, 7.510865893089028, 3.3608828738619465,
  ],
  left: [
    -0.3788106411227423, 0.12445624945873997, -0.117829248546336, 0.08407234109414947, 0.3265842693649432,
    0.39123971289249543, -0.21620585631910072, 0.3013403656150516, 0.5946488094297768, -0.09735941784286502,
    0.1114389729237347, 0.14413532049802902, 0.16280284240746995,
  ],
  right: [
    0.030771958468073565, 0.2220682742569479, -0.11273306572149784, -0.4098806771082234, -0.3477411161714051,
    -0.5743005758653158, 0.42839047309443323, 0.16063854032783836, 0.10165821502427354, 0.31404663426455814,
  ],
};

describe.each([
  ['a tall matrix', known.matrix, known.left, known.right],
  ['a wide matrix', transposed(known.matrix), known.right, known.left],
])('truncatedSvd of %s', (_, matrix, left, right) => {
  // The larger of the left peak is positive; the right side follows.
  const sign = Math.sign(left.reduce((peak, value) => (Math.abs(value) > Math.abs(peak) ? value : peak), 0));

  test.each([1, 4, 10])('at rank %i finds the singular values that NumPy does', (rank) => {
    sigmaOf(matrix, rank).forEach((value, j) => {
      expect(value).toBeCloseTo(known.sigma[j]!, 12);
    });
  });

  test('finds the leading vectors that NumPy does', () => {
    const found = truncatedSvd(matrix, 3);
    left.forEach((value, i) => {
      expect(found.left.data[i * 3]).toBeCloseTo(sign * value, 12);
    });
    right.forEach((value, i) => {
      expect(found.right.data[i]! / known.sigma[0]!).toBeCloseTo(sign * value, 12);
    });
  });

  test.each([1, 5, 9])('misses it at rank %i by the root of the squares of the dropped singular values', (rank) => {
    expect(missOf(matrix, rank)).toBeCloseTo(lengthOf(known.sigma.slice(rank)), 12);
  });
});

describe.each([
  [1, 1],
  [1, 7],
  [7, 1],
  [5, 5],
  [6, 11],
  [11, 6],
  [33, 34],
])('truncatedSvd of a random %i x %i matrix', (m, n) => {
  const a = randomValues('a', [m, n]);
  const full = Math.min(m, n);

  test('is the matrix at full rank, with orthonormal vectors on both sides', () => {
    const { left, right } = truncatedSvd(a, full);
    expect([left.shape, right.shape]).toEqual([
      [m, full],
      [full, n],
    ]);
    expect(missOf(a, full)).toBeLessThan(1e-13 * lengthOf(a.data));
    expectOrthonormalRows(transposed(left));
    const sigma = sigmaOf(a, full);
    expect(sigma).toEqual([...sigma].sort((x, y) => y - x));
    expectOrthonormalRows(map(right, (value, flat) => value / sigma[Math.floor(flat / n)]!));
  });

  test('has the largest entry of each left vector positive', () => {
    for (const row of rowsOf(transposed(truncatedSvd(a, full).left))) {
      expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)));
    }
  });
});

/** P·diag(σ)·Qᵀ */
function spread(m: number, n: number, sigma: readonly number[]): NdArray {
  const [p, q] = [orthonormalColumns('p', m, sigma.length), orthonormalColumns('q', n, sigma.length)];
  return matMul(
    map(p, (value, flat) => value * sigma[flat % sigma.length]!),
    transposed(q),
  );
}

describe.each([
  [12, 20],
  [20, 12],
])('truncatedSvd of a %i x %i matrix', (m, n) => {
  test.each([
    ['singular values down to 1e-12 of the largest', Array.from({ length: 12 }, (_, k) => Number(`1e-${k + 1}`))],
    ['less than full rank', [3, 2, 1, 0.5]],
    ['equal singular values', Array.from({ length: 12 }, () => 2)],
    ['clusters of singular values', [2, 2, 2, 1, 1, 1, 1, 0.01, 0.01, 0.01, 0.01, 0.01]],
  ])('with %s is the matrix at full rank', (_, sigma) => {
    const a = spread(m, n, sigma);
    expect(missOf(a, 12)).toBeLessThan(1e-14 * lengthOf(a.data));
    const found = sigmaOf(a, 12);
    const [most] = sigma as [number];
    sigma.forEach((value, j) => {
      // The Gram matrix holds squares, so that rounding of the largest weighs more on the small ones.
      const bound = Math.max(1e-14, Math.min(1e-8, (1e-15 * most) / value)) * most;
      expect(Math.abs(found[j]! - value)).toBeLessThan(bound);
    });
    for (const value of found.slice(sigma.length)) expect(value).toBeLessThan(1e-13);
    const { left } = truncatedSvd(a, sigma.length);
    expectOrthonormalRows(transposed(left));
  });

  test.each([1e-320, 1e-300, 1e-160, 1e160, 1e300])('of rank 4 finds it whole, times %d', (scale) => {
    const product = map(spread(m, n, [4, 3, 2, 1]), (value) => value * scale);
    const { left, right } = truncatedSvd(product, 4);
    const peak = Math.max(...product.data.map(Math.abs));
    const miss = Math.max(...difference(product, matMul(left, right)).map(Math.abs));
    // Numbers near 1e-320 have four digits.
    expect(miss / peak).toBeLessThan(scale < 1e-310 ? 0.01 : 1e-13);
  });

  test('of zeros is zero', () => {
    const zeros = filled([m, n], () => 0);
    const { left, right } = truncatedSvd(zeros, 3);
    expect(right.data.every((value) => value === 0)).toBe(true);
    expect(left.data.every(Number.isFinite)).toBe(true);
  });

  test('of less than full rank has nothing but zeros or orthonormal vectors on the left', () => {
    const gram = matMul(
      transposed(truncatedSvd(spread(m, n, [3, 1e-4]), 12).left),
      filled([m, 1], () => 1),
    );
    expect(gram.data.every(Number.isFinite)).toBe(true);
    const lengths = rowsOf(transposed(truncatedSvd(spread(m, n, [3, 1e-4]), 12).left)).map(lengthOf);
    for (const length of lengths) expect(Math.min(Math.abs(length - 1), length)).toBeLessThan(1e-14);
    if (m > n) expect(lengths.slice(2)).toEqual(Array.from({ length: 10 }, () => 0));
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('truncatedSvd refuses %d', (value) => {
  const one = filled([3, 4], ([i, j]) => (i === 1 && j === 2 ? value : 1));
  expect(() => truncatedSvd(one, 2)).toThrow('finite');
});

test.each([0, 4, 1.5])('truncatedSvd refuses the rank %d of a 3 x 4 matrix', (rank) => {
  expect(() => truncatedSvd(randomValues('a', [3, 4]), rank)).toThrow(`rank ${rank} of a 3 x 4 matrix`);
});

// Another processor or version of Node that computes other bits fails here.
test.each([
  [37, 53, 11, 'cd049f9f70043e88'],
  [53, 37, 11, 'ab81309030b1da65'],
  [30, 30, 30, '4f3e2caa7f2a941d'],
])('truncatedSvd of a %i x %i matrix at rank %i has these very bits', (m, n, rank, digest) => {
  const uniform = streamsOf('truncated-svd', 0)('bits');
  const a = ndArray(
    [m, n],
    Float64Array.from({ length: m * n }, () => uniform() - 0.5),
  );
  const { left, right } = truncatedSvd(a, rank);
  expect(createHash('sha256').update(left.data).update(right.data).digest('hex').slice(0, 16)).toBe(digest);
});
