import { describe, expect, test } from 'vitest';
import { balancedBatch, trainBatches } from '../../../harness/data/images/batches.ts';
import { cutOut, drawHole } from '../../../harness/data/images/cutout.ts';
import type { ImageData } from '../../../harness/data/images/images.ts';
import { type Streams, streamsOf } from '../../../harness/random.ts';
import type { DatasetSpec } from '../../../harness/spec/image.ts';

const uniformOf = (draws: readonly number[]) => {
  let next = 0;
  return () => draws[next++]!;
};
/** A draw that lands on pixel `index` of `length`. */
const pixel = (index: number, length: number) => (index + 0.5) / length;

describe('drawHole', () => {
  test.each([
    { row: 16, column: 10, hole: [8, 24, 2, 18], where: 'wholly within' },
    { row: 8, column: 24, hole: [0, 16, 16, 32], where: 'just within' },
    { row: 0, column: 31, hole: [0, 8, 23, 32], where: 'clipped at the top right corner' },
    { row: 31, column: 0, hole: [23, 32, 0, 8], where: 'clipped at the bottom left corner' },
    { row: 7, column: 25, hole: [0, 15, 17, 32], where: 'clipped by one pixel' },
  ])('of 16 pixels in 32 x 32 about ($row, $column) is $where', ({ row, column, hole: [top, bottom, left, right] }) => {
    const uniform = uniformOf([pixel(row, 32), pixel(column, 32)]);
    expect(drawHole(16, 32, 32, uniform)).toEqual({ top, bottom, left, right });
  });

  test('reaches the first and the last centre in both directions, and no further', () => {
    expect(drawHole(1, 4, 6, uniformOf([0, 0]))).toEqual({ top: 0, bottom: 1, left: 0, right: 1 });
    expect(drawHole(1, 4, 6, uniformOf([0.9999, 0.9999]))).toEqual({ top: 3, bottom: 4, left: 5, right: 6 });
  });

  test('has every centre about equally often', () => {
    const uniform = streamsOf('cutout-test', 0)('holes');
    const times = new Array<number>(12).fill(0);
    for (let i = 0; i < 6000; i++) {
      const { top, left } = drawHole(1, 3, 4, uniform);
      times[top * 4 + left]!++;
    }
    // 500 of each expected, standard deviation 21.
    for (const count of times) expect(Math.abs(count - 500)).toBeLessThan(100);
  });
});

test('cutOut sets the hole of one image to zero and nothing else: 3 x 4 pixels of two channels, by hand', () => {
  const images = Float32Array.from({ length: 2 * 24 }, (_, i) => i + 1);
  cutOut({ top: 1, bottom: 3, left: 2, right: 4 }, images, 24, 4, 2);
  const kept = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const zeros = [0, 0, 0, 0];
  expect([...images]).toEqual([...kept(1, 24), ...kept(25, 32), ...kept(33, 36), ...zeros, ...kept(41, 44), ...zeros]);
});

describe('training batches with Cutout', () => {
  const count = 30;
  const uniform = streamsOf('cutout-test', 0)('bytes');
  const set = {
    count,
    images: Uint8Array.from({ length: count * 5 * 4 * 3 }, () => Math.floor(256 * uniform())),
    labels: Uint8Array.from({ length: count }, (_, i) => i),
  };
  // No byte is normalized to zero, so that zeros are holes.
  const moments = { mean: [0.501, 0.251, 0.126], standardDeviation: [0.25, 0.5, 0.2] };
  const shape = { classes: count, height: 5, width: 4, channels: 3, digest: '', warnings: [] };
  const data: ImageData = {
    name: 'generated',
    source: 'generated',
    ...shape,
    ...moments,
    train: set,
    validation: null,
    test: set,
  };
  const plain: DatasetSpec = {
    name: 'generated',
    trainExamples: null,
    testExamples: null,
    flip: true,
    cropPadding: 2,
    normalization: 'dataset',
  };
  const streams = streamsOf('family', 0);
  const epochOf = (spec: DatasetSpec, epoch = 0, size = 7, from: Streams = streams) =>
    Array.from(trainBatches(data, spec, size, epoch, from), ({ images }) => [...images]).flat();

  test('blank a square of each cropped and flipped image, from the stream cutout/<epoch>', () => {
    const [whole, cut] = [epochOf(plain, 3), epochOf({ ...plain, cutout: 2 }, 3)];
    const centres = streams('cutout/3');
    const expected = whole.slice();
    for (let n = 0; n < count; n++) {
      const [row, column] = [Math.floor(centres() * 5), Math.floor(centres() * 4)];
      for (let y = 0; y < 5; y++) {
        for (let x = 0; x < 4; x++) {
          const inside = y >= row - 1 && y < row + 1 && x >= column - 1 && x < column + 1;
          if (inside) expected.fill(0, n * 60 + (y * 4 + x) * 3, n * 60 + (y * 4 + x) * 3 + 3);
        }
      }
    }
    expect(whole).not.toContain(0);
    expect(cut).toEqual(expected);
  });

  test('do not depend on the size of the batches, and differ between epochs and replicates', () => {
    const spec = { ...plain, flip: false, cropPadding: 0, cutout: 2 };
    expect(epochOf(spec, 0, 30)).toEqual(epochOf(spec, 0, 1));
    const sameOrder =
      (from: Streams): Streams =>
      (purpose) =>
        purpose.startsWith('order/') ? streams('order') : from(purpose);
    const first = epochOf(spec, 0, 30, sameOrder(streams));
    expect(epochOf(spec, 1, 30, sameOrder(streams))).not.toEqual(first);
    expect(epochOf(spec, 0, 30, sameOrder(streamsOf('family', 1)))).not.toEqual(first);
  });

  test('take no draw where it is off', () => {
    const purposes: string[] = [];
    const watched: Streams = (purpose) => {
      purposes.push(purpose);
      return streams(purpose);
    };
    epochOf(plain, 0, 7, watched);
    expect(new Set(purposes)).toEqual(new Set(['order/0', 'augment/0']));
  });

  test('are what balanced batches hold too', () => {
    const [whole, cut] = [plain, { ...plain, cutout: 2 }].map((spec) => [
      ...balancedBatch(data, spec, 1, streams).images,
    ]);
    expect(whole).not.toContain(0);
    expect(cut!.filter((value) => value === 0).length).toBeGreaterThan(count * 3);
    expect(cut!.every((value, i) => value === 0 || value === whole![i])).toBe(true);
  });
});
