import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { complement, filled, highest, magnitudes, ones, randomly, union } from '../../harness/sparse/selection.ts';

const lists = (masks: readonly Uint8Array[]) => masks.map((mask) => [...mask]);

describe('highest', () => {
  const scores = [Float32Array.of(3, -1, 7), Float32Array.of(5, 0, 3, 3)];

  test.each([
    [
      0,
      [
        [0, 0, 0],
        [0, 0, 0, 0],
      ],
    ],
    [
      1,
      [
        [0, 0, 1],
        [0, 0, 0, 0],
      ],
    ],
    [
      2,
      [
        [0, 0, 1],
        [1, 0, 0, 0],
      ],
    ],
    // Three scores of 3: the lower layer first, then the lower index.
    [
      3,
      [
        [1, 0, 1],
        [1, 0, 0, 0],
      ],
    ],
    [
      4,
      [
        [1, 0, 1],
        [1, 0, 1, 0],
      ],
    ],
    [
      5,
      [
        [1, 0, 1],
        [1, 0, 1, 1],
      ],
    ],
    [
      6,
      [
        [1, 0, 1],
        [1, 1, 1, 1],
      ],
    ],
    [
      7,
      [
        [1, 1, 1],
        [1, 1, 1, 1],
      ],
    ],
  ])('marks the %d highest of all layers', (k, expected) => {
    expect(lists(highest(scores, k))).toEqual(expected);
  });

  test('chooses among candidates only', () => {
    const among = [Uint8Array.of(1, 1, 0), Uint8Array.of(0, 1, 0, 1)];
    expect(lists(highest(scores, 2, among))).toEqual([
      [1, 0, 0],
      [0, 0, 0, 1],
    ]);
    expect(lists(highest(scores, 4, among))).toEqual(lists(among));
  });

  test('takes zeros of either sign as equal', () => {
    expect(lists(highest([Float32Array.of(0, -0, 0)], 2))).toEqual([[1, 1, 0]]);
  });

  test('agrees with a stable sort, ties and all', () => {
    const uniform = streamsOf('selection', 0)('scores');
    const layers = [40, 25, 60].map((size) => Float32Array.from({ length: size }, () => Math.floor(10 * uniform())));
    const flat = layers.flatMap((layer) => [...layer]);
    const order = flat.map((_, i) => i).sort((a, b) => flat[b]! - flat[a]! || a - b);
    for (let k = 0; k <= flat.length; k += 5) {
      const chosen = highest(layers, k).flatMap((mask) => [...mask]);
      expect(chosen).toEqual(flat.map((_, i) => (order.indexOf(i) < k ? 1 : 0)));
    }
  });

  test.each([-1, 8, 1.5])('refuses %d of 7', (k) => {
    expect(() => highest(scores, k)).toThrow(`asked for ${k} of 7`);
  });

  test('refuses scores that are not numbers', () => {
    expect(() => highest([Float32Array.of(1, Number.NaN)], 1)).toThrow('not a number');
  });
});

describe('randomly', () => {
  test('marks exactly k candidates, the same ones from the same stream', () => {
    const among = [filled([30], 1)[0]!, Uint8Array.from({ length: 20 }, (_, i) => i % 2)];
    for (let k = 0; k <= 40; k += 8) {
      const [first, again] = [0, 0].map((seed) => randomly(among, k, streamsOf('selection', seed)('draw')));
      expect(first).toEqual(again);
      expect(first!.map(ones).reduce((sum, count) => sum + count, 0)).toBe(k);
      for (const [l, mask] of first!.entries()) expect(mask.some((value, i) => value > among[l]![i]!)).toBe(false);
    }
  });

  test('marks every pair of five equally often', () => {
    const uniform = streamsOf('selection', 0)('pairs');
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let n = 0; n < draws; n++) {
      const pair = lists(randomly(filled([2, 3], 1), 2, uniform)).join();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    // χ² with 9 degrees of freedom passes 27.9 once in a thousand streams.
    const expected = draws / 10;
    expect([...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(27.9);
  });

  test('refuses more than there are', () => {
    expect(() => randomly([Uint8Array.of(1, 0)], 2, streamsOf('selection', 0)('x'))).toThrow('asked for 2 of 1');
  });
});

test('masks combine entry by entry', () => {
  const [a, b] = [Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 1, 0, 1)];
  expect([...union(a, b)]).toEqual([0, 1, 1, 1]);
  expect([...complement(a)]).toEqual([1, 1, 0, 0]);
  expect(ones(a)).toBe(2);
  expect(lists(filled([2, 1], 0))).toEqual([[0, 0], [0]]);
  expect([...magnitudes(Float32Array.of(-2, 3))]).toEqual([2, 3]);
});
