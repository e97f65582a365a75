import { createHash } from 'node:crypto';
import { UsageError } from '../errors.ts';
import type { DatasetSpec } from '../spec.ts';
import {
  cifar10Channels,
  cifar10Classes,
  cifar10Counts,
  cifar10Side,
  findCifar10,
  readCifar10,
  surveyCifar10,
} from './cifar10.ts';
import {
  generatedChannels,
  generatedClasses,
  generatedDefaults,
  generatedLimits,
  generatedSide,
  generateImages,
} from './generated.ts';
import type { ImageSet } from './image-set.ts';

export type { ImageSet } from './image-set.ts';

/** The images of a cell: what it trains on and what it is tested on. */
export interface ImageData {
  readonly name: 'cifar-10' | 'generated';
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

/** Of CIFAR-10's 50,000 training images. */
const cifar10Moments: Moments = {
  mean: [0.4914, 0.4822, 0.4465],
  standardDeviation: [0.247, 0.2435, 0.2616],
};

/** Of ImageNet's training images, as torchvision's models use them. */
const imagenetMoments: Moments = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
};

/**
 * Loads the images that a data set's specification names: the first `trainExamples` and the first `testExamples`.
 * @param dataDir the folder of the files (`cifar-10-batches-bin` or one that contains it); not used by `generated`.
 * @throws UsageError where the files are missing or damaged, or hold fewer images than asked for.
 */
export async function loadImages(spec: DatasetSpec, dataDir: string | null): Promise<ImageData> {
  return spec.name === 'cifar-10' ? loadCifar10(spec, dataDir) : loadGenerated(spec);
}

async function loadCifar10(spec: DatasetSpec, dataDir: string | null): Promise<ImageData> {
  if (dataDir === null) {
    throw new UsageError("cifar-10 needs its files: give the folder of CIFAR-10's binary version with --data DIR");
  }
  const folder = await findCifar10(dataDir);
  if (folder === null) {
    throw new UsageError(
      `--data ${dataDir}: no CIFAR-10 there; give the folder cifar-10-batches-bin of the binary version, ` +
        'or the folder that contains it',
    );
  }
  const files = await surveyCifar10(folder);
  const trainCount = within(spec.trainExamples ?? cifar10Counts.train, files.trainCount, 'trainExamples', folder);
  const testCount = within(spec.testExamples ?? cifar10Counts.test, files.testCount, 'testExamples', folder);
  const train = await readCifar10(files.train, trainCount);
  const test = await readCifar10([files.test], testCount);
  return {
    name: 'cifar-10',
    source: 'files',
    classes: cifar10Classes,
    height: cifar10Side,
    width: cifar10Side,
    channels: cifar10Channels,
    train,
    test,
    ...(spec.normalization === 'imagenet' ? imagenetMoments : cifar10Moments),
    digest: digestOf(train, test),
  };
}

function loadGenerated(spec: DatasetSpec): ImageData {
  const place = 'the generated set';
  const trainCount = within(
    spec.trainExamples ?? generatedDefaults.train,
    generatedLimits.train,
    'trainExamples',
    place,
  );
  const testCount = within(spec.testExamples ?? generatedDefaults.test, generatedLimits.test, 'testExamples', place);
  const train = generateImages('train', trainCount);
  const test = generateImages('test', testCount);
  return {
    name: 'generated',
    source: 'generated',
    classes: generatedClasses,
    height: generatedSide,
    width: generatedSide,
    channels: generatedChannels,
    train,
    test,
    ...(spec.normalization === 'imagenet' ? imagenetMoments : momentsOf(train, generatedChannels)),
    digest: digestOf(train, test),
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
