import { createHash } from 'node:crypto';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { gaussian, permutation, streamsOf, uniformIn } from '../harness/random.ts';

const take = (count: number, uniform: () => number) => Array.from({ length: count }, () => uniform());

describe('streamsOf', () => {
  test('gives golden numbers: another value here makes every stored baseline worthless', () => {
    expect(take(3, streamsOf('{"dataset":"generated"}', 3)('order/0'))).toEqual([
      0.45180059351015567, 0.4936505778025085, 0.24369573778706538,
    ]);
    expect(take(2, streamsOf('{"dataset":"generated"}', 3)('weights/stem.conv'))).toEqual([
      0.3757900570186899, 0.08631064838253381,
    ]);
  });

  test('seeds by the SHA-256 of family, replicate and purpose', () => {
    const digest = createHash('sha256').update('["family",0,"order/0"]').digest('hex');
    expect(digest).toBe('f10451020542dc9dfd4068feb208867035179f4c5de4b3b8111a476b847768d8');
    const generator = seedrandom(digest);
    expect(take(5, streamsOf('family', 0)('order/0'))).toEqual(take(5, () => generator.double()));
  });

  test('gives another stream for another family, replicate or purpose, and the same for the same', () => {
    const first = take(4, streamsOf('family', 0)('a'));
    expect(take(4, streamsOf('family', 0)('a'))).toEqual(first);
    const others = [
      streamsOf('other', 0)('a'),
      streamsOf('family', 1)('a'),
      streamsOf('family', 0)('b'),
      streamsOf('family0', 0)('a'),
    ];
    for (const other of others) expect(take(4, other)).not.toEqual(first);
  });

  test('keeps streams apart, however they take turns', () => {
    const streams = streamsOf('family', 0);
    const [a, b] = [streams('a'), streams('b')];
    const mixed = Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? a() : b()));
    expect(mixed.filter((_, i) => i % 2 === 0)).toEqual(take(3, streams('a')));
    expect(mixed.filter((_, i) => i % 2 === 1)).toEqual(take(3, streams('b')));
  });

  test('gives uncorrelated streams', () => {
    const size = 20_000;
    const streams = streamsOf('family', 0);
    const draws = ['a', 'b'].map((purpose) => take(size, streams(purpose)));
    const products = draws[0]!.reduce((sum, value, i) => sum + (value - 0.5) * (draws[1]![i]! - 0.5), 0) / size;
    // Four standard errors of a product of two variances 1/12.
    expect(Math.abs(products)).toBeLessThan((4 / 12) * Math.sqrt(1 / size));
  });
});

describe('gaussian', () => {
  const size = 200_000;
  const draws = gaussian(size, 2, streamsOf('moments', 0)('gaussian'), -1);
  const central = (power: number) => draws.reduce((sum, value) => sum + ((value + 1) / 2) ** power, 0) / size;

  test('has the moments of N(mean, σ²): 0, 1, 0, 3 of the standardized draws', () => {
    // Standard errors √(1/n), √(2/n), √(15/n), √(96/n); four of each.
    for (const [power, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      expect(Math.abs(central(power) - expected)).toBeLessThan(4 * Math.sqrt(variance / size));
    }
  });

  test('has the tails of a normal distribution: 4.55 % beyond two standard deviations', () => {
    const beyond = draws.filter((value) => Math.abs(value + 1) > 4).length / size;
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(4 * Math.sqrt((0.0455 * 0.9545) / size));
  });

  test('draws pairs that do not depend on each other', () => {
    let sum = 0;
    for (let i = 0; i < size; i += 2) sum += ((draws[i]! + 1) * (draws[i + 1]! + 1)) / 4;
    expect(Math.abs(sum / (size / 2))).toBeLessThan(4 / Math.sqrt(size / 2));
  });

  test('fills odd and empty sizes, a shorter array as the beginning of a longer one', () => {
    const stream = () => streamsOf('family', 0)('weights/x');
    expect([...gaussian(3, 1, stream())]).toEqual([1.817927360534668, 0.6097269654273987, -0.09967675060033798]);
    expect(gaussian(3, 1, stream())).toEqual(gaussian(7, 1, stream()).subarray(0, 3));
    expect(gaussian(0, 1, stream()).length).toBe(0);
    expect([...gaussian(4, 0, stream(), 5)]).toEqual([5, 5, 5, 5]);
  });
});

test('uniformIn fills (-bound, bound) evenly', () => {
  const size = 50_000;
  const draws = uniformIn(size, 3, streamsOf('moments', 0)('uniform'));
  expect(draws.length).toBe(size);
  expect(Math.max(...draws.subarray(0, 10_000).map(Math.abs))).toBeLessThanOrEqual(3);
  const mean = draws.reduce((sum, value) => sum + value, 0) / size;
  const square = draws.reduce((sum, value) => sum + value * value, 0) / size;
  expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(3 / size));
  // Variance bound²/3 = 3, that of the square bound⁴·(1/5 − 1/9) = 7.2.
  expect(Math.abs(square - 3)).toBeLessThan(4 * Math.sqrt(7.2 / size));
});

describe('permutation', () => {
  test('holds every number once, also for none and one', () => {
    for (const size of [0, 1, 2, 100]) {
      const order = permutation(size, streamsOf('permutation', size)('order'));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    }
    expect([...permutation(8, streamsOf('family', 0)('order/0'))]).toEqual([6, 1, 4, 3, 2, 5, 0, 7]);
  });

  test('draws each of the six orders of three equally often', () => {
    const uniform = streamsOf('permutation', 0)('three');
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = permutation(3, uniform).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 0.999 quantile of χ² with five degrees of freedom; a biased shuffle (j over the whole size) exceeds 100.
    expect(chiSquare).toBeLessThan(20.5);
  });
});
