import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { DatasetSpec, FileDatasetName } from '../../spec/spec.ts';
import type { Part } from '../file-dataset.ts';
import { datasetFacts } from './dataset-facts.ts';
import { fileDatasets } from './file-datasets.ts';
import { generatedLimits, generateImages } from './generated.ts';
import type { ImageSet } from './image-set.ts';

export type { ImageSet } from './image-set.ts';

/** The images of a cell: what it trains on and what it is tested on. */
export interface ImageData {
  readonly name: DatasetSpec['name'];
  readonly source: 'files' | 'generated';
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Per channel, of pixels scaled to [0, 1]; a pixel v enters a network as (v/255 - mean) / standardDeviation. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  /** First 16 hexadecimal digits of the SHA-256 over the used images and labels, training first. */
  readonly digest: string;
}

interface Moments {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
}

/** Of all published training images. */
const publishedMoments: Readonly<Record<FileDatasetName, Moments>> = {
  'cifar-10': { mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.247, 0.2435, 0.2616] },
  'cifar-100': { mean: [0.5071, 0.4865, 0.4409], standardDeviation: [0.2673, 0.2564, 0.2762] },
  'tiny-imagenet': { mean: [0.4802, 0.4481, 0.3975], standardDeviation: [0.277, 0.2691, 0.2821] },
};

/** Of ImageNet's training images, as torchvision's models use them. */
const imagenetMoments: Moments = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
};

/**
 * Loads the images that a data set's specification names: the first `trainExamples` and the first `testExamples`.
 * @param dataDir the folder of the files, or one that contains it under its published name; not used by `generated`.
 * @throws UsageError where the files are missing or damaged, or hold fewer images than asked for.
 */
export async function loadImages(spec: DatasetSpec, dataDir: string | null): Promise<ImageData> {
  const { classes, side, channels } = datasetFacts[spec.name];
  const { train, test } =
    spec.name === 'generated' ? generatedParts(spec) : await readParts({ ...spec, name: spec.name }, dataDir);
  const moments = spec.name === 'generated' ? momentsOf(train, channels) : publishedMoments[spec.name];
  return {
    name: spec.name,
    source: spec.name === 'generated' ? 'generated' : 'files',
    classes,
    height: side,
    width: side,
    channels,
    train,
    test,
    ...(spec.normalization === 'imagenet' ? imagenetMoments : moments),
    digest: digestOf(train, test),
  };
}

type Parts = Readonly<Record<Part, ImageSet>>;

async function readParts(spec: DatasetSpec & { name: FileDatasetName }, dataDir: string | null): Promise<Parts> {
  const dataset = fileDatasets[spec.name];
  const { title, holds } = dataset;
  if (dataDir === null) {
    throw new UsageError(`${spec.name} needs its files: give the folder of ${title} (${holds}) with --data DIR`);
  }
  const folder = await dataset.find(dataDir);
  if (folder === null) {
    throw new UsageError(`--data ${dataDir}: no ${title} there; give the folder that holds it (${holds})`);
  }
  const { counts, read } = await dataset.open(folder);
  const { train, test } = countsWithin(spec, counts, folder);
  return { train: await read('train', train), test: await read('test', test) };
}

function generatedParts(spec: DatasetSpec): Parts {
  const { train, test } = countsWithin(spec, generatedLimits, 'the generated set');
  return { train: generateImages('train', train), test: generateImages('test', test) };
}

/** How many images of each part to use: those asked for, else those of the whole published set. */
function countsWithin(
  { name, trainExamples, testExamples }: DatasetSpec,
  present: Readonly<Record<Part, number>>,
  place: string,
): Record<Part, number> {
  const facts = datasetFacts[name];
  return {
    train: within(trainExamples ?? facts.train, present.train, 'trainExamples', place),
    test: within(testExamples ?? facts.test, present.test, 'testExamples', place),
  };
}

/** Per-channel mean and (population) standard deviation of bytes scaled to [0, 1]; the sums are exact integers. */
export function momentsOf(set: ImageSet, channels: number): Moments {
  const sums = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  const { images } = set;
  for (let i = 0; i < images.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = images[i + c]!;
      sums[c] = sums[c]! + value;
      squares[c] = squares[c]! + value * value;
    }
  }
  const pixels = images.length / channels;
  const means = sums.map((sum) => sum / pixels);
  return {
    mean: means.map((mean) => mean / 255),
    standardDeviation: means.map((mean, c) => Math.sqrt(squares[c]! / pixels - mean * mean) / 255),
  };
}

function within(asked: number, present: number, option: string, place: string): number {
  if (asked <= present) return asked;
  throw new UsageError(
    `${option}: ${asked} images asked for, but ${place} holds ${present}; ask for ${present} or fewer`,
  );
}

function digestOf(train: ImageSet, test: ImageSet): string {
  const hash = createHash('sha256');
  for (const set of [train, test]) hash.update(set.images).update(set.labels);
  return hash.digest('hex').slice(0, 16);
}
