import { describe, expect, it } from 'vitest';
import { loadImages } from '../../../harness/data/images/images.ts';
import { streamsOf } from '../../../harness/random.ts';
import { drawnTrainBatches, type ExampleSet } from '../../../harness/tasks/nasi/example-set.ts';
import { imageSpecOf, loadNasiData, scoringBatch } from '../../../harness/tasks/nasi/examples.ts';

const parts = { trainExamples: 40, validationExamples: 10, testExamples: 20 };
const mixture = { name: 'mixture', dimension: 16, classes: 4, ...parts } as const;
const templates = { name: 'templates', side: 16, ...parts } as const;
const generated = { name: 'generated', side: 8, ...parts } as const;

const rowsOf = ({ x, count }: ExampleSet) =>
  Array.from({ length: count }, (_, n) => x.subarray((n * x.length) / count, ((n + 1) * x.length) / count));
const meanSquare = (x: Float32Array) => x.reduce((sum, value) => sum + value * value, 0) / x.length;

describe.each([mixture, templates, generated])('the examples of $name', (dataset) => {
  it('are as many as asked for, the same on every call, and other ones in every part', async () => {
    const data = await loadNasiData(dataset, null);
    const { train, validation, test, sizes, digest } = data;
    expect([train.count, validation.count, test.count]).toEqual([40, 10, 20]);
    expect(train.x).toHaveLength(40 * sizes.side ** 2 * sizes.channels);
    expect(new Set(train.labels).size).toBeGreaterThan(2);
    expect(Math.max(...train.labels)).toBeLessThan(sizes.outputs);
    expect((await loadNasiData(dataset, null)).digest).toBe(digest);
    const all = [train, validation, test].flatMap(rowsOf).map((row) => row.join());
    expect(new Set(all).size).toBe(70);
  });

  it('begin a larger set', async () => {
    const [few, many] = await Promise.all([
      loadNasiData(dataset, null),
      loadNasiData({ ...dataset, trainExamples: 50 }, null),
    ]);
    if (dataset.name !== 'generated') expect(many.train.x.subarray(0, few.train.x.length)).toEqual(few.train.x);
    expect(many.train.labels.subarray(0, 40)).toEqual(few.train.labels);
  });
});

it('vectors of the mixture have norm √d, and means by class as long as their centres are', async () => {
  const { train } = await loadNasiData({ ...mixture, trainExamples: 2000 }, null);
  for (const row of rowsOf(train)) expect(meanSquare(row)).toBeCloseTo(1, 5);
  const means = [0, 1, 2, 3].map((label) => {
    const own = rowsOf(train).filter((_, n) => train.labels[n] === label);
    return Array.from({ length: 16 }, (_, i) => own.reduce((sum, row) => sum + row[i]!, 0) / own.length);
  });
  const norms = means.map((mean) => Math.hypot(...mean));
  // Of the centre √d·m/√(1 + 16), about.
  for (const norm of norms) expect(norm).toBeGreaterThan(0.7);
  for (const norm of norms) expect(norm).toBeLessThan(1.3);
});

it('images of patterns have a mean square of 1', async () => {
  const { train } = await loadNasiData({ ...templates, trainExamples: 300 }, null);
  const all = rowsOf(train).map(meanSquare);
  expect(all.reduce((sum, value) => sum + value, 0) / all.length).toBeCloseTo(1, 1);
});

it('images are averaged over blocks', async () => {
  const whole = await loadImages(imageSpecOf(generated), null);
  const { train } = await loadNasiData(generated, null);
  let sum = 0;
  for (let row = 4; row < 8; row++)
    for (let column = 8; column < 12; column++) sum += whole.train.images[(row * 32 + column) * 3 + 1]!;
  const expected = (sum / 16 / 255 - whole.mean[1]!) / whole.standardDeviation[1]!;
  expect(train.x[(1 * 8 + 2) * 3 + 1]).toBeCloseTo(expected, 5);
});

describe('a batch that scores see', () => {
  it('has labels and data of its own only where it is to', async () => {
    const data = await loadNasiData(mixture, null);
    const of = (input: 'true' | 'random-labels' | 'random-data') =>
      scoringBatch(data, 32, input, streamsOf('batch', 0));
    const [seen, labels, random] = [of('true'), of('random-labels'), of('random-data')];
    expect(labels.x).toEqual(seen.x);
    expect(Array.from(labels.labels)).not.toEqual(Array.from(seen.labels));
    expect(random.labels).toEqual(labels.labels);
    expect(random.x).not.toEqual(seen.x);
    expect(meanSquare(random.x)).toBeCloseTo(meanSquare(seen.x), 0);
    expect(of('true')).toEqual(seen);
    const rows = rowsOf(data.train).map((row) => row.join());
    const drawn = rowsOf(seen as ExampleSet).map((row) => rows.indexOf(row.join()));
    expect(new Set(drawn).size).toBe(32);
    drawn.forEach((at, n) => void expect(data.train.labels[at]).toBe(seen.labels[n]));
  });
});

it('an epoch has every example once, in an order of its own', async () => {
  const { train } = await loadNasiData(mixture, null);
  const orders = [0, 1].map((epoch) =>
    [...drawnTrainBatches(train, 16, epoch, streamsOf('epochs', 0))].flatMap(({ parts: { order } }) => [
      ...(order as Uint32Array),
    ]),
  );
  expect(orders[0]).not.toEqual(orders[1]);
  for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  const [first] = drawnTrainBatches(train, 16, 0, streamsOf('epochs', 0));
  expect(first!.batch().x.subarray(0, 16)).toEqual(rowsOf(train)[orders[0]![0]!]);
});
