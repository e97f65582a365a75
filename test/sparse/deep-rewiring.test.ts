import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { reactivate, walk } from '../../harness/sparse/deep-rewiring.ts';
import { ones } from '../../harness/sparse/selection.ts';

test('walk shrinks and shakes active connections, and deactivates those that end on the other side of zero', () => {
  const first = {
    values: Float32Array.of(0.5, 0.75, -0.5, 0.125, 0, -0.25),
    mask: Uint8Array.of(1, 0, 1, 1, 1, 1),
    signs: Float32Array.of(1, 1, -1, -1, -1, -1),
  };
  const second = { values: Float32Array.of(0.25, 4), mask: Uint8Array.of(1, 0), signs: Float32Array.of(1, -1) };
  // θ: 0.5 − 0.125 + 0.25; 0.5 − 0.125 − 0.5 < 0; −0.125 − 0.125 + 0.125 < 0 (the step had crossed zero);
  // 0 − 0.125 + 0.125 = 0 stays; 0.25 − 0.125 + 0; and 0.25 − 0.125 − 0.0625.
  expect(walk([first, second], 0.125, [0.25, -0.5, 0.125, 0.125, 0, -0.0625])).toBe(2);
  expect([...first.values].map((x) => x + 0)).toEqual([0.625, 0.75, 0, 0, 0, -0.125]);
  expect([...first.mask]).toEqual([1, 0, 0, 0, 1, 1]);
  expect([...second.values]).toEqual([0.0625, 4]);
  expect([...second.mask]).toEqual([1, 0]);
});

test('walk leaves connections active whose weights are not numbers', () => {
  const layer = { values: Float32Array.of(Number.NaN), mask: Uint8Array.of(1), signs: Float32Array.of(1) };
  expect(walk([layer], 0.125, [0])).toBe(0);
  expect([...layer.mask]).toEqual([1]);
});

describe('reactivate', () => {
  test('marks so many dormant connections, each of all layers equally often', () => {
    const counts = [new Uint32Array(3), new Uint32Array(4)];
    for (let seed = 0; seed < 3000; seed++) {
      const masks = [Uint8Array.of(1, 0, 1), Uint8Array.of(0, 0, 1, 0)];
      reactivate(masks, 2, streamsOf('reactivate', seed)('draws'));
      expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(5);
      masks.forEach((mask, l) => {
        mask.forEach((value, i) => {
          counts[l]![i]! += value;
        });
      });
    }
    expect([counts[0]![0], counts[0]![2], counts[1]![2]]).toEqual([3000, 3000, 3000]);
    // Two of four places: 1500 each with a standard deviation of √(3000·½·½) = 27.4.
    for (const count of [counts[0]![1]!, counts[1]![0]!, counts[1]![1]!, counts[1]![3]!]) {
      expect(Math.abs(count - 1500)).toBeLessThan(4 * 27.4);
    }
  });

  test('can take all that are dormant, and not more', () => {
    const masks = [Uint8Array.of(1, 0), new Uint8Array(0), Uint8Array.of(0, 1, 0)];
    const uniform = streamsOf('reactivate', 0)('all');
    expect(() => reactivate(masks, 4, uniform)).toThrow('reactivate: asked for 4 of 3 dormant connections');
    reactivate(masks, 3, uniform);
    expect(masks.map(ones)).toEqual([2, 0, 3]);
  });
});
