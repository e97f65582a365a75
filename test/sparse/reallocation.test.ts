import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { adaptedThreshold, reallocate, survivors } from '../../harness/sparse/reallocation.ts';
import { ones } from '../../harness/sparse/selection.ts';

const maskOf = (size: number, ...marked: number[]) =>
  Uint8Array.from({ length: size }, (_, i) => Number(marked.includes(i)));

describe('survivors', () => {
  test('are the kept weights that are not below the threshold in size', () => {
    const values = [Float32Array.of(0.5, -0.25, 0.125, 9, -1), Float32Array.of(-0.25, 0.2)];
    const masks = [Uint8Array.of(1, 1, 1, 0, 1), Uint8Array.of(1, 1)];
    expect(survivors(values, masks, 0.25)).toEqual([Uint8Array.of(1, 1, 0, 0, 1), Uint8Array.of(1, 0)]);
  });

  test('hold the largest weight of a layer that would be left with none', () => {
    const values = [Float32Array.of(0.1, -0.3, 0.3, 9), Float32Array.of(0, 0, 0)];
    const masks = [Uint8Array.of(1, 1, 1, 0), Uint8Array.of(0, 1, 1)];
    expect(survivors(values, masks, 1)).toEqual([maskOf(4, 1), maskOf(3, 1)]);
  });

  test('hold weights that are not numbers', () => {
    expect(survivors([Float32Array.of(Number.NaN, 0)], [Uint8Array.of(1, 1)], 1)).toEqual([Uint8Array.of(1, 0)]);
  });
});

test.each([
  [89, 2],
  [90, 1],
  [100, 1],
  [110, 1],
  [111, 0.5],
])('with %d dropped for a target of 100 the threshold changes by %f', (dropped, factor) => {
  expect(adaptedThreshold(0.25, dropped, 100)).toBe(0.25 * factor);
});

describe('reallocate', () => {
  function run(left: Uint8Array[], keep: number, seed = 0): Uint8Array[][] {
    const set: Uint8Array[][] = [];
    const context = { keep, setMasks: (masks: readonly Uint8Array[]) => void set.push([...masks]) };
    reallocate(context, left, streamsOf('reallocation', seed)('grow'));
    return set;
  }

  test('frees first, then gives to layers in proportion to what they have left', () => {
    // 12 are free: 6, 4 and 2 of them for 6, 4 and 2.
    const left = [maskOf(50, 0, 1, 2, 3, 4, 5), maskOf(50, 7, 8, 9, 49), maskOf(50, 1, 2)];
    const [freed, grown] = run(left, 24);
    expect(freed).toEqual(left);
    expect(grown!.map(ones)).toEqual([12, 8, 4]);
    for (const [l, mask] of left.entries()) expect(mask.every((value, i) => value <= grown![l]![i]!)).toBe(true);
  });

  test('gives what a full layer cannot take to the others', () => {
    // ε = 16/8 would make 6 of the 4 places of the first; 12 over 3 and 2 is 7.2 and 4.8.
    const left = [maskOf(4, 0, 1, 2), maskOf(10, 0, 1, 2), maskOf(100, 50, 60)];
    expect(run(left, 16)[1]!.map(ones)).toEqual([4, 7, 5]);
  });

  test('changes nothing where nothing is free, and fills everything where all is', () => {
    const left = [maskOf(5, 0, 3), maskOf(7, 1, 2, 3)];
    expect(run(left, 5)[1]).toEqual(left);
    expect(run(left, 12)[1]!.map(ones)).toEqual([5, 7]);
  });

  test('chooses each free place of a layer equally often', () => {
    const counts = new Uint32Array(5);
    for (let seed = 0; seed < 3000; seed++) {
      run([maskOf(5, 1)], 2, seed)[1]![0]!.forEach((value, i) => {
        counts[i]! += value;
      });
    }
    expect(counts[1]).toBe(3000);
    // Four places, 750 each with a standard deviation of √(3000·¼·¾) = 23.7.
    for (const i of [0, 2, 3, 4]) expect(Math.abs(counts[i]! - 750)).toBeLessThan(4 * 23.7);
  });
});
