import { expect, test } from 'vitest';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { weightShapes } from '../../harness/shape/sized-network.ts';
import { erkCounts } from '../../harness/sparse/densities.ts';

test('densities are in proportion to the sum of the dimensions over their product', () => {
  // Sums 30, 40, 70 and ε = 14/140: shares 3, 4, 7, of 81, 400 and 1225 entries.
  const shapes = [
    [10, 20],
    [20, 20],
    [35, 35],
  ];
  expect(erkCounts(shapes, 14)).toEqual([3, 4, 7]);
  expect(erkCounts(shapes, 140)).toEqual([30, 40, 70]);
});

test('a layer that would pass its size is dense, and the others share the rest', () => {
  // Sums 8 and 4, 60: at 40 entries ε is 40/72, so that [2, 2] would keep 2.2; at 90, ε = 1.25 would give it 5 of its
  // 4.
  const shapes = [
    [2, 2],
    [4, 4],
    [30, 30],
  ];
  // ε = 86/68 after the first is full: 10.12 and 75.88.
  expect(erkCounts(shapes, 90)).toEqual([4, 10, 76]);
  // ε = (300 − 20)/60 after both small ones are.
  expect(erkCounts(shapes, 300)).toEqual([4, 16, 280]);
});

test('what rounding leaves goes to the largest remainders, the lower layer first', () => {
  const same = [
    [10, 10],
    [10, 10],
    [10, 10],
  ];
  expect(erkCounts(same, 10)).toEqual([4, 3, 3]);
  expect(erkCounts(same, 11)).toEqual([4, 4, 3]);
});

test('every layer keeps one entry at least', () => {
  const shapes = [
    [1, 2],
    [100, 100],
    [1, 2],
  ];
  expect(erkCounts(shapes, 3)).toEqual([1, 1, 1]);
  expect(erkCounts(shapes, 20)).toEqual([1, 18, 1]);
});

test('sums to every number of a ResNet exactly, within every layer', () => {
  const shapes = weightShapes(resnetBlueprint({ depth: 8, width: 4, classes: 10, size: 32, inputChannels: 3 }));
  const sizes = shapes.map(({ size }) => size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  for (let keep = shapes.length; keep <= total; keep += 37) {
    const counts = erkCounts(
      shapes.map(({ shape }) => shape),
      keep,
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(keep);
    expect(counts.every((count, l) => Number.isInteger(count) && count >= 1 && count <= sizes[l]!)).toBe(true);
  }
  expect(
    erkCounts(
      shapes.map(({ shape }) => shape),
      total,
    ),
  ).toEqual(sizes);
});

test.each([2, 16.5, 1000])('refuses to keep %d', (keep) => {
  const shapes = [
    [4, 4],
    [4, 4],
    [4, 4],
  ];
  expect(() => erkCounts(shapes, keep)).toThrow(`asked to keep ${keep} of 48 entries in 3 layers`);
});
