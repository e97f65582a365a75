import { createHash } from 'node:crypto';
import { type ImageData, type ImageSet, loadImages } from '../../data/images/images.ts';
import { bytesOf } from '../../definition/trace.ts';
import { gaussian, permutation, type Streams } from '../../random.ts';
import type { InputName, NasiDatasetSpec } from '../../spec/nasi.ts';
import { type ExampleSet, taken } from './example-set.ts';
import type { Sizes } from './graph.ts';
import { mixtureExamples } from './mixture.ts';
import type { LabelledBatch } from './scores.ts';
import { templateChannels, templateClasses, templateImages } from './templates.ts';

/** What a cell is scored, trained, validated and tested on. */
export interface NasiData {
  sizes: Sizes;
  train: ExampleSet;
  validation: ExampleSet;
  test: ExampleSet;
  source: 'files' | 'generated';
  digest: string;
  warnings: readonly string[];
}

/** @throws UsageError where files are missing or damaged, or hold fewer images than asked for */
export async function loadNasiData(dataset: NasiDatasetSpec, dataDir: string | null): Promise<NasiData> {
  switch (dataset.name) {
    case 'mixture': {
      const sizes = { side: 1, channels: dataset.dimension, outputs: dataset.classes };
      return generated(dataset, sizes, (part, count) => mixtureExamples(dataset, part, count));
    }
    case 'templates': {
      const sizes = { side: dataset.side, channels: templateChannels, outputs: templateClasses };
      return generated(dataset, sizes, (part, count) => templateImages(dataset, part, count));
    }
    default:
      return ofImages(await loadImages(imageSpecOf(dataset), dataDir), dataset.side);
  }
}

type ImageNames = Extract<NasiDatasetSpec, { name: 'cifar-10' | 'generated' }>;

/** As they are in the files: nothing is augmented. */
export function imageSpecOf({ side: _, ...rest }: ImageNames) {
  return { ...rest, flip: false, cropPadding: 0, normalization: 'dataset' as const };
}

type Counts = Pick<NasiDatasetSpec, 'trainExamples' | 'validationExamples' | 'testExamples'>;

function generated(
  { trainExamples, validationExamples, testExamples }: Counts,
  sizes: Sizes,
  draw: (part: string, count: number) => ExampleSet,
): NasiData {
  const [train, validation, test] = [
    draw('train', trainExamples),
    draw('validation', validationExamples),
    draw('test', testExamples),
  ];
  return {
    sizes,
    train,
    validation,
    test,
    source: 'generated',
    digest: digestOf([train, validation, test]),
    warnings: [],
  };
}

function ofImages(data: ImageData, side: number): NasiData {
  const { train, validation, test, source, warnings, classes, channels } = data;
  if (validation === null) throw new Error('nasi: a data set without held-out images');
  const reduced = (set: ImageSet) => blockMeans(set, data, side);
  const [first, second, third] = [reduced(train), reduced(validation), reduced(test)];
  const sets = { train: first, validation: second, test: third };
  return {
    sizes: { side, channels, outputs: classes },
    ...sets,
    source,
    digest: digestOf([first, second, third]),
    warnings,
  };
}

/** Normalized images, averaged over square blocks so that `side` pixels a side are left. */
function blockMeans(
  { count, images, labels }: ImageSet,
  { height, channels, mean, standardDeviation }: ImageData,
  side: number,
): ExampleSet {
  const block = height / side;
  if (!Number.isInteger(block)) throw new RangeError(`nasi: side ${side} does not divide the images' ${height} pixels`);
  const x = new Float32Array(count * side * side * channels);
  for (let i = 0; i < x.length; i++) {
    const channel = i % channels;
    const column = Math.floor(i / channels) % side;
    const row = Math.floor(i / (channels * side)) % side;
    const image = Math.floor(i / (channels * side * side));
    let sum = 0;
    for (let dy = 0; dy < block; dy++) {
      for (let dx = 0; dx < block; dx++) {
        const pixel = (image * height + row * block + dy) * height + column * block + dx;
        sum += images[pixel * channels + channel]!;
      }
    }
    x[i] = (sum / (block * block) / 255 - mean[channel]!) / standardDeviation[channel]!;
  }
  return { count, x, labels: Int32Array.from(labels) };
}

function digestOf(sets: readonly ExampleSet[]): string {
  const hash = createHash('sha256');
  for (const { x, labels } of sets) hash.update(bytesOf(x)).update(bytesOf(labels));
  return hash.digest('hex').slice(0, 16);
}

/**
 * A batch that scores or searches see: training examples drawn without repetition, with their labels or with random
 * ones; or normal inputs of the same mean square, with random labels. Random labels and inputs have streams of their own.
 */
export function scoringBatch(
  { train, sizes }: Pick<NasiData, 'train' | 'sizes'>,
  count: number,
  input: InputName,
  streams: Streams,
): LabelledBatch {
  const chosen = permutation(train.count, streams('examples')).subarray(0, count);
  const batch = taken(train, chosen);
  if (input === 'true') return batch;
  const uniform = streams('random labels');
  const labels = Int32Array.from({ length: count }, () => Math.floor(sizes.outputs * uniform()));
  if (input === 'random-labels') return { ...batch, labels };
  const meanSquare = batch.x.reduce((sum, value) => sum + value * value, 0) / batch.x.length;
  return { count, labels, x: gaussian(batch.x.length, Math.sqrt(meanSquare), streams('random data')) };
}

/** The streams of one part of a cell. */
export function streamsUnder(streams: Streams, prefix: string): Streams {
  return (purpose) => streams(`${prefix}/${purpose}`);
}
