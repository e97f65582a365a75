import { describe, expect, test } from 'vitest';
import { type Batch, balancedBatch, testBatches, trainBatches } from '../../../harness/data/images/batches.ts';
import type { ImageData } from '../../../harness/data/images/images.ts';
import { permutation, type Streams, streamsOf } from '../../../harness/random.ts';
import type { DatasetSpec } from '../../../harness/spec/image.ts';

const mean = [0.5, 0.25, 0.125];
const standardDeviation = [0.25, 0.5, 0.2];

/** `count` images of random bytes, height 5, width 4; the labels number them. */
function images(count: number): ImageData {
  const uniform = streamsOf('batches-test', count)('bytes');
  const set = {
    count,
    images: Uint8Array.from({ length: count * 60 }, () => Math.floor(256 * uniform())),
    labels: Uint8Array.from({ length: count }, (_, i) => i),
  };
  const shape = { classes: count, height: 5, width: 4, channels: 3 };
  return {
    name: 'generated',
    source: 'generated',
    warnings: [],
    validation: null,
    ...shape,
    train: set,
    test: set,
    mean,
    standardDeviation,
    digest: '',
  };
}

function spec(changes: Partial<DatasetSpec> = {}): DatasetSpec {
  const base = { name: 'generated', trainExamples: null, testExamples: null, normalization: 'dataset' } as const;
  return { ...base, flip: false, cropPadding: 0, ...changes };
}

/** All batches, each with arrays of its own. */
function collect(batches: Iterable<Batch>): Batch[] {
  return Array.from(batches, ({ size, images, labels }) => ({
    size,
    images: images.slice(),
    labels: labels.slice(),
  }));
}

const order = (batches: Batch[]): number[] => batches.flatMap(({ labels }) => [...labels]);
const streams = streamsOf('family', 0);
const normalized = (byte: number, c: number) => Math.fround((byte / 255 - mean[c]!) / standardDeviation[c]!);

/** A plain reference: pads with zeros, cuts, mirrors, and normalizes last. */
function reference(data: ImageData, example: number, padding: number, dy: number, dx: number, flip: boolean): number[] {
  const padded = (y: number, x: number, c: number): number => {
    const [row, column] = [y - padding, x - padding];
    if (row < 0 || row >= 5 || column < 0 || column >= 4) return 0;
    return data.train.images[example * 60 + (row * 4 + column) * 3 + c]!;
  };
  const out: number[] = [];
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 4; x++) {
      for (let c = 0; c < 3; c++) out.push(normalized(padded(y + dy, (flip ? 3 - x : x) + dx, c), c));
    }
  }
  return out;
}

/** Streams that return the given augmentation draws, and an order of streams. */
function scripted(draws: number[]): Streams {
  let next = 0;
  return (purpose) => (purpose.startsWith('augment/') ? () => draws[next++]! : streams(purpose));
}

test('test batches hold the normalized pixels in order; the last batch is smaller', () => {
  const data = images(5);
  const batches = collect(testBatches(data, 2));
  expect(batches.map(({ size }) => size)).toEqual([2, 2, 1]);
  expect(order(batches)).toEqual([0, 1, 2, 3, 4]);
  const pixels = batches.flatMap(({ images }) => [...images]);
  expect(pixels).toEqual(Array.from(data.test.images, (byte, i) => normalized(byte, i % 3)));
});

test('normalization by hand: byte 255, mean 0.5 and standard deviation 0.25 give 2; byte 0 gives -2', () => {
  const data = images(1);
  data.test.images.set([255, 255, 255, 0, 0, 0]);
  const [batch] = collect(testBatches(data, 1));
  const expected = [2, 1.5, 4.375, -2, -0.5, -0.625];
  expected.forEach((value, i) => {
    expect(batch!.images[i]).toBeCloseTo(value, 6);
  });
});

test('every training image comes once an epoch, in the order of the stream order/<epoch>', () => {
  const batches = collect(trainBatches(images(11), spec(), 4, 3, streams));
  expect(batches.map(({ size }) => size)).toEqual([4, 4, 3]);
  expect(batches.map(({ images }) => images.length)).toEqual([240, 240, 180]);
  expect(order(batches)).toEqual([...permutation(11, streams('order/3'))]);
  expect(order(batches).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a batch size above the number of images gives one batch of all', () => {
  expect(collect(trainBatches(images(3), spec(), 128, 0, streams)).map(({ size }) => size)).toEqual([3]);
  expect(collect(testBatches(images(3), 128)).map(({ size }) => size)).toEqual([3]);
});

test('without augmentation an image is only normalized', () => {
  const data = images(6);
  for (const { images: pixels, labels } of trainBatches(data, spec(), 1, 0, streams)) {
    expect([...pixels]).toEqual(reference(data, labels[0]!, 0, 0, 0, false));
  }
});

for (const flip of [false, true]) {
  for (const [dy, dx] of [
    [0, 0],
    [0, 4],
    [4, 0],
    [2, 2],
    [1, 3],
    [3, 2],
    [2, 1],
  ] as const) {
    test(`crop at (${dy}, ${dx}) of padding 2${flip ? ', flipped' : ''}, equals the plain reference`, () => {
      const data = images(1);
      const draws = [flip ? 0.49 : 0.5, (dy + 0.5) / 5, (dx + 0.5) / 5];
      const [batch] = collect(trainBatches(data, spec({ flip: true, cropPadding: 2 }), 1, 0, scripted(draws)));
      expect([...batch!.images]).toEqual(reference(data, 0, 2, dy, dx, flip));
    });
  }
}

test('a crop that lies wholly in the padding is black, normalized after padding', () => {
  const [batch] = collect(trainBatches(images(1), spec({ cropPadding: 9 }), 1, 0, scripted([0, 0, 0.999])));
  expect([...batch!.images]).toEqual(Array.from({ length: 60 }, (_, i) => normalized(0, i % 3)));
});

test('batches of an epoch share their memory, a smaller last one included', () => {
  const batches = [...testBatches(images(5), 2)];
  expect(batches.map(({ size, images }) => [size, images.length])).toEqual([
    [2, 120],
    [2, 120],
    [1, 60],
  ]);
  expect(new Set(batches.map(({ images }) => images.buffer)).size).toBe(1);
});

test('a whole epoch equals the plain reference, with the draws flip, row, column of each image in turn', () => {
  const data = images(40);
  const changes = spec({ flip: true, cropPadding: 2 });
  const uniform = streams('augment/0');
  for (const { images: pixels, labels } of trainBatches(data, changes, 1, 0, streams)) {
    const flip = uniform() < 0.5;
    const dy = Math.floor(uniform() * 5);
    const dx = Math.floor(uniform() * 5);
    expect([...pixels]).toEqual(reference(data, labels[0]!, 2, dy, dx, flip));
  }
});

test('flips and crops are about equally frequent', () => {
  const data = images(1);
  const bytes = Uint8Array.from({ length: 60 }, (_, i) => i + 1);
  const many = { count: 2000, images: new Uint8Array(2000 * 60), labels: new Uint8Array(2000) };
  for (let n = 0; n < 2000; n++) many.images.set(bytes, n * 60);
  const seen = new Map<string, number>();
  for (const { images: pixels } of trainBatches(
    { ...data, train: many },
    spec({ flip: true, cropPadding: 1 }),
    1,
    0,
    streams,
  )) {
    const key = pixels.join();
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  // 2 flips x 3 x 3 offsets: 111 of each expected, standard deviation 10.
  expect(seen.size).toBe(18);
  for (const times of seen.values()) expect(Math.abs(times - 111)).toBeLessThan(50);
});

test('epochs differ in order and in augmentation, and one epoch is the same again', () => {
  const data = images(30);
  const changes = spec({ flip: true, cropPadding: 2 });
  const epoch = (number: number) => collect(trainBatches(data, changes, 8, number, streams));
  expect(epoch(1)).toEqual(epoch(1));
  expect(order(epoch(1))).not.toEqual(order(epoch(2)));
  const sameOrder: Streams = (purpose) => streams(purpose.startsWith('order/') ? 'order' : purpose);
  const views = (number: number) => collect(trainBatches(data, changes, 30, number, sameOrder))[0]!;
  expect(views(1).labels).toEqual(views(2).labels);
  expect(views(1).images).not.toEqual(views(2).images);
});

test('replicates and families differ in order', () => {
  const data = images(30);
  const orderOf = (other: Streams) => order(collect(trainBatches(data, spec(), 8, 0, other)));
  expect(orderOf(streamsOf('family', 1))).not.toEqual(orderOf(streams));
  expect(orderOf(streamsOf('other', 0))).not.toEqual(orderOf(streams));
  expect(orderOf(streamsOf('family', 0))).toEqual(orderOf(streams));
});

test('neither augmentation nor batch size changes order or draws', () => {
  const data = images(30);
  const flipped = collect(trainBatches(data, spec({ flip: true }), 30, 0, streams))[0]!;
  const plain = collect(trainBatches(data, spec(), 30, 0, streams))[0]!;
  expect(plain.labels).toEqual(flipped.labels);
  const byOne = collect(trainBatches(data, spec({ flip: true, cropPadding: 2 }), 1, 0, streams));
  const byAll = collect(trainBatches(data, spec({ flip: true, cropPadding: 2 }), 30, 0, streams))[0]!;
  expect(byOne.flatMap(({ images }) => [...images])).toEqual([...byAll.images]);
});

test('every image takes three augmentation draws whatever the settings', () => {
  for (const changes of [{}, { flip: true }, { cropPadding: 2 }, { flip: true, cropPadding: 2 }]) {
    let draws = 0;
    const counting: Streams = (purpose) => {
      const uniform = streams(purpose);
      return () => {
        if (purpose === 'augment/0') draws++;
        return uniform();
      };
    };
    collect(trainBatches(images(7), spec(changes), 3, 0, counting));
    expect(draws).toBe(21);
  }
});

test('a batch size that is no positive integer is refused', () => {
  for (const size of [0, -1, 1.5, Number.NaN]) {
    expect(() => collect(testBatches(images(3), size))).toThrow('batchSize must be a positive integer');
  }
});

describe('balancedBatch', () => {
  const classOf = [0, 2, 2, 0, 2, 0, 1, 0, 2, 2];
  /** Ten images of three classes, one of the second. */
  const classed = () => {
    const data = images(10);
    return { ...data, classes: 3, train: { ...data.train, labels: Uint8Array.from(classOf) } };
  };

  test('holds the first of each class in a random order, sorted by class, and a smaller class whole', () => {
    const data = classed();
    const order = [...permutation(10, streams('order/0'))];
    const ofClass = (c: number) => order.filter((example) => classOf[example] === c).slice(0, 3);
    const chosen = [0, 1, 2].flatMap(ofClass);
    const batch = balancedBatch(data, spec(), 3, streams);
    expect(batch.size).toBe(7);
    expect([...batch.labels]).toEqual([0, 0, 0, 1, 2, 2, 2]);
    expect([...batch.images]).toEqual(chosen.flatMap((example) => reference(data, example, 0, 0, 0, false)));
  });

  test('is augmented as an epoch is, and another of other streams', () => {
    const data = classed();
    const augmented = spec({ flip: true, cropPadding: 2 });
    const uniform = streams('augment/0');
    const order = [...permutation(10, streams('order/0'))];
    const expected = [0, 1, 2].flatMap((c) => {
      const example = order.find((candidate) => classOf[candidate] === c)!;
      const flip = uniform() < 0.5;
      const [dy, dx] = [Math.floor(uniform() * 5), Math.floor(uniform() * 5)];
      return reference(data, example, 2, dy, dx, flip);
    });
    expect([...balancedBatch(data, augmented, 1, streams).images]).toEqual(expected);
    expect([...balancedBatch(data, augmented, 1, streamsOf('family', 1)).images]).not.toEqual(expected);
  });

  test('refuses to be empty', () => {
    const data = classed();
    const none = { count: 0, images: new Uint8Array(0), labels: new Uint8Array(0) };
    expect(() => balancedBatch({ ...data, train: none }, spec(), 3, streams)).toThrow('no training examples');
  });
});
