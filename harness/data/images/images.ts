import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { DatasetSpec } from '../../spec/image.ts';
import type { Part } from '../dataset.ts';
import { openIn } from '../folder.ts';
import { datasetNamed } from '../registry.ts';
import type { GeneratedImages, ImageFolder, Moments } from './image-dataset.ts';
import type { ImageSet } from './image-set.ts';
import { divided, splitOf, splitRefusal } from './split.ts';
import { standInImages } from './stand-in.ts';

export type { ImageSet } from './image-set.ts';

/** The images of a cell: what it trains on, what it selects by and what it is tested on. */
export interface ImageData {
  readonly name: DatasetSpec['name'];
  readonly source: 'files' | 'generated';
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly train: ImageSet;
  /** Training images that are held out; null: none. */
  readonly validation: ImageSet | null;
  readonly test: ImageSet;
  /** Per channel, of pixels scaled to [0, 1]; a pixel v enters a network as (v/255 - mean) / standardDeviation. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  /** First 16 hexadecimal digits of the SHA-256 over the used images and labels: training, validation, test. */
  readonly digest: string;
  /** What a reader of the results must know of the images. */
  readonly warnings: readonly string[];
}

/** Of ImageNet's training images, as torchvision's models use them. */
const imagenetMoments: Moments = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
};

/**
 * Loads the images that a data set's specification names: the first `trainExamples` and the held-out ones as `splitOf`
 * has them, and the first `testExamples`.
 * @param dataDir the folder of the files, or one that contains it under its published name; not used by `generated`.
 * @throws UsageError where the files are missing or damaged, or hold fewer images than asked for.
 */
export async function loadImages(spec: DatasetSpec, dataDir: string | null): Promise<ImageData> {
  const dataset = datasetNamed(spec.name);
  const { classes, side, channels, moments } = dataset;
  const { source, test, warnings, ...read } = await partsOf(dataset, spec, dataDir);
  const [train, behind] = divided(read.train, splitOf(spec, dataset.examples).train);
  const validation = behind.count === 0 ? null : behind;
  return {
    name: spec.name,
    source,
    classes,
    height: side,
    width: side,
    channels,
    train,
    validation,
    test,
    ...(spec.normalization === 'imagenet' ? imagenetMoments : (moments ?? momentsOf(train, channels))),
    digest: digestOf(validation === null ? [train, test] : [train, validation, test]),
    warnings,
  };
}

/** Training images, the held-out ones behind them, and test images. */
type Parts = Pick<ImageData, 'source' | 'train' | 'test' | 'warnings'>;

async function partsOf(
  dataset: ImageFolder | GeneratedImages,
  spec: DatasetSpec,
  dataDir: string | null,
): Promise<Parts> {
  if (dataset.source === 'files' && spec.standIn === undefined) return readParts(dataset, spec, dataDir);
  const [present, generate] =
    dataset.source === 'generated'
      ? [dataset.limits, dataset.generate]
      : [dataset.examples, (part: Part, count: number) => standInImages(dataset, part, count)];
  const { train, test } = countsWithin(dataset, spec, present, 'the generated set');
  return { source: 'generated', train: generate('train', train), test: generate('test', test), warnings: [] };
}

async function readParts(dataset: ImageFolder, spec: DatasetSpec, dataDir: string | null): Promise<Parts> {
  const { folder, opened } = await openIn(dataset, dataDir);
  const { train, test } = countsWithin(dataset, spec, opened.counts, folder);
  const sets = { train: await opened.read('train', train), test: await opened.read('test', test) };
  return { ...sets, source: 'files', warnings: opened.warnings?.(train) ?? [] };
}

/** How many images of the training and of the test files to read. */
function countsWithin(
  { examples }: ImageFolder | GeneratedImages,
  spec: DatasetSpec,
  present: Readonly<Record<Part, number>>,
  place: string,
): Record<Part, number> {
  const refusal = splitRefusal(spec, examples, present, place);
  if (refusal !== null) throw new UsageError(refusal);
  const { train, validation, test } = splitOf(spec, examples);
  return { train: train + validation, test };
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

function digestOf(sets: readonly ImageSet[]): string {
  const hash = createHash('sha256');
  for (const set of sets) hash.update(set.images).update(set.labels);
  return hash.digest('hex').slice(0, 16);
}
