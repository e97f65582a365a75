import { expect, test } from 'vitest';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { weightShapes } from '../../harness/shape/sized-network.ts';
import { type RatioLayer, smartRatioCounts } from '../../harness/sparse/smart-ratios.ts';

const conv = (size: number): RatioLayer => ({ kind: 'conv', size });
const linear = (size: number): RatioLayer => ({ kind: 'linear', size });

test('shares of convolutions follow (L − l + 1)² + (L − l + 1), and a linear layer keeps 0.3', () => {
  // L = 3: 12 and 6, of 100 and 200 entries: 1200 and 1200; 30 of the linear layer's 100 are left to it.
  expect(smartRatioCounts([conv(100), conv(200), linear(100)], true, 130)).toEqual([50, 50, 30]);
});

test('without residuals they are divided by l²', () => {
  // 12 and 6/4 of 100 and 200 entries: 1200 and 300.
  expect(smartRatioCounts([conv(100), conv(200), linear(100)], false, 130)).toEqual([80, 20, 30]);
});

test('a convolution that would pass its size is dense, and the others share the rest', () => {
  // At 250 entries the first would keep 125 of its 100; 150 are the second's.
  expect(smartRatioCounts([conv(100), conv(200), linear(100)], true, 280)).toEqual([100, 150, 30]);
});

test('linear layers keep what convolutions cannot hold, and leave one entry to each', () => {
  expect(smartRatioCounts([conv(10), conv(20), linear(100)], true, 90)).toEqual([10, 20, 60]);
  expect(smartRatioCounts([conv(10), conv(20), linear(100)], true, 20)).toEqual([1, 1, 18]);
  expect(smartRatioCounts([conv(10), conv(20), linear(100)], true, 3)).toEqual([1, 1, 1]);
  expect(smartRatioCounts([conv(10), conv(20)], true, 3)).toEqual([2, 1]);
});

test('sums to every number of a ResNet exactly, within every layer', () => {
  const shapes = weightShapes(resnetBlueprint({ depth: 8, width: 4, classes: 10, size: 32, inputChannels: 3 }));
  const layers = shapes.map(({ shape, size }) => (shape.length === 4 ? conv(size) : linear(size)));
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const numbers = [total, ...Array.from({ length: 130 }, (_, i) => layers.length + 37 * i)];
  for (const keep of numbers) {
    const counts = smartRatioCounts(layers, true, keep);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(keep);
    expect(counts.every((count, l) => Number.isInteger(count) && count >= 1 && count <= layers[l]!.size)).toBe(true);
  }
});

test.each([2, 16.5, 49])('refuses to keep %d', (keep) => {
  expect(() => smartRatioCounts([conv(16), conv(16), linear(16)], true, keep)).toThrow(
    `asked to keep ${keep} of 48 entries in 3 layers`,
  );
});
