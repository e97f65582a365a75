import { permutation, type Streams, type Uniform } from '../../random.ts';
import type { DatasetSpec } from '../../spec/image.ts';
import { batchesOf, type Drawn } from '../drawn.ts';
import { cutOut, drawHole, type Hole } from './cutout.ts';
import type { ImageData, ImageSet } from './images.ts';

/**
 * A batch is valid until the next one is drawn, which overwrites its arrays: thousands of arrays a minute would be as
 * much garbage. The engine on a CPU may share an array's memory instead of copying it, so tensors made of a batch must
 * be disposed of by then.
 */
export interface Batch {
  readonly size: number;
  /** Normalized, NHWC; length size · height · width · channels. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/**
 * One epoch's training batches as they are drawn: the order of the examples, their views (flip, row and column, and the
 * hole's four sides or zeros), and their labels. `trainBatches` makes them.
 */
export function drawnTrainBatches(
  data: ImageData,
  spec: DatasetSpec,
  batchSize: number,
  epoch: number,
  streams: Streams,
): Generator<Drawn<Batch>, void, undefined> {
  const order = permutation(data.train.count, streams(`order/${epoch}`));
  return drawnBatches(data, data.train, order, batchSize, viewsOf(data, spec, epoch, streams));
}

/**
 * One epoch's training batches in a random order; the last batch may be smaller. Each image is cropped out of itself
 * padded with black (byte 0, before normalization) by `cropPadding` on each side, at an offset uniform in
 * 0 .. 2·cropPadding in both directions, and then flipped left to right with probability 1/2 (He et al. 2016, section
 * 4.2); then Cutout blanks a square of it, where the data set has it. Order, augmentation and Cutout have one stream
 * each and epoch, so that a run resumes at any epoch without stored generator state; every image takes three numbers of
 * augmentation whatever the settings, so that the draws stay aligned.
 */
export function trainBatches(
  data: ImageData,
  spec: DatasetSpec,
  batchSize: number,
  epoch: number,
  streams: Streams,
): Generator<Batch, void, undefined> {
  return batchesOf(drawnTrainBatches(data, spec, batchSize, epoch, streams));
}

/**
 * The first `perClass` training examples of each class in a random order, or all of it where there are fewer, as one
 * batch sorted by class; drawn and augmented as an epoch's are.
 */
export function balancedBatch(data: ImageData, spec: DatasetSpec, perClass: number, streams: Streams): Batch {
  const { count, labels } = data.train;
  const ofClass = Array.from({ length: data.classes }, (): number[] => []);
  for (const example of permutation(count, streams('order/0'))) {
    const chosen = ofClass[labels[example]!]!;
    if (chosen.length < perClass) chosen.push(example);
  }
  const order = Uint32Array.from(ofClass.flat());
  const nextView = viewsOf(data, spec, 0, streams);
  for (const drawn of drawnBatches(data, data.train, order, perClass * data.classes, nextView)) return drawn.batch();
  throw new Error('balancedBatch: there are no training examples');
}

/** The test images in their order, normalized only; the last batch may be smaller. */
export function testBatches(data: ImageData, batchSize: number): Generator<Batch, void, undefined> {
  return wholeBatches(data, data.test, batchSize);
}

/** Images of the data set in their order, as test images are seen; the last batch may be smaller. */
export function wholeBatches(data: ImageData, set: ImageSet, batchSize: number): Generator<Batch, void, undefined> {
  return batchesOf(drawnWholeBatches(data, set, batchSize));
}

/** The same as they are drawn. */
export function drawnWholeBatches(
  data: ImageData,
  set: ImageSet,
  batchSize: number,
): Generator<Drawn<Batch>, void, undefined> {
  const order = Uint32Array.from({ length: set.count }, (_, i) => i);
  const whole: View = { flip: false, top: 0, left: 0, hole: null };
  return drawnBatches(data, set, order, batchSize, () => whole);
}

/**
 * Where an image is seen: its rows from `top` and columns from `left` on (black outside), then flipped or not, then
 * blank in the hole.
 */
interface View {
  readonly flip: boolean;
  readonly top: number;
  readonly left: number;
  readonly hole: Hole | null;
}

/** The views of an epoch's images, one after another. */
function viewsOf({ height, width }: ImageData, spec: DatasetSpec, epoch: number, streams: Streams): () => View {
  const { flip, cropPadding, cutout } = spec;
  const augment = streams(`augment/${epoch}`);
  if (cutout === undefined) return () => drawView(flip, cropPadding, augment, null);
  const centre = streams(`cutout/${epoch}`);
  return () => drawView(flip, cropPadding, augment, drawHole(cutout, height, width, centre));
}

function drawView(flip: boolean, padding: number, uniform: Uniform, hole: Hole | null): View {
  const flipped = uniform() < 0.5;
  const top = Math.floor(uniform() * (2 * padding + 1)) - padding;
  const left = Math.floor(uniform() * (2 * padding + 1)) - padding;
  return { flip: flip && flipped, top, left, hole };
}

function* drawnBatches(
  data: ImageData,
  set: ImageSet,
  order: Uint32Array,
  batchSize: number,
  nextView: () => View,
): Generator<Drawn<Batch>, void, undefined> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batches: batchSize must be a positive integer, got ${batchSize}`);
  }
  const imageSize = data.height * data.width * data.channels;
  const copy = viewCopier(data, set);
  const largest = Math.min(batchSize, order.length);
  let allImages: Float32Array | null = null;
  const allLabels = new Int32Array(largest);
  for (let start = 0; start < order.length; start += batchSize) {
    const examples = order.subarray(start, start + batchSize);
    const size = examples.length;
    const labels = allLabels.subarray(0, size);
    const views = Array.from(examples, nextView);
    examples.forEach((example, n) => {
      labels[n] = set.labels[example]!;
    });
    yield {
      size,
      shape: String(size),
      get parts() {
        return { order: examples, views: Int32Array.from(views.flatMap(numbersOf)), labels };
      },
      batch() {
        allImages ??= new Float32Array(largest * imageSize);
        const images = allImages.subarray(0, size * imageSize);
        views.forEach((view, n) => {
          copy(examples[n]!, view, images, n * imageSize);
        });
        return { size, images, labels };
      },
    };
  }
}

function numbersOf({ flip, top, left, hole }: View): number[] {
  const sides = hole === null ? [0, 0, 0, 0] : [hole.top, hole.bottom, hole.left, hole.right];
  return [Number(flip), top, left, ...sides];
}

type ViewCopier = (example: number, view: View, out: Float32Array, to: number) => void;

function viewCopier(data: ImageData, set: ImageSet): ViewCopier {
  const { height, width, channels } = data;
  const table = normalizationTable(data);
  const rowSize = width * channels;
  const black = Float32Array.from({ length: rowSize }, (_, i) => table[(i % channels) * 256]!);
  return (example, { flip, top, left, hole }, out, to) => {
    const from = example * height * rowSize;
    const firstColumn = Math.max(0, -left);
    const endColumn = Math.min(width, width - left);
    const step = flip ? -channels : channels;
    for (let y = 0; y < height; y++) {
      const row = to + y * rowSize;
      const inside = y + top >= 0 && y + top < height;
      if (!inside || left !== 0) out.set(black, row);
      if (!inside) continue;
      const source = from + ((y + top) * width + left) * channels;
      for (let c = 0; c < channels; c++) {
        let o = row + (flip ? width - 1 - firstColumn : firstColumn) * channels + c;
        const end = source + endColumn * channels;
        for (let i = source + firstColumn * channels + c; i < end; i += channels, o += step) {
          out[o] = table[c * 256 + set.images[i]!]!;
        }
      }
    }
    if (hole !== null) cutOut(hole, out, to, width, channels);
  };
}

/** (v/255 - mean) / standard deviation of every byte v, 256 entries a channel. */
function normalizationTable({ channels, mean, standardDeviation }: ImageData): Float32Array {
  const table = new Float32Array(channels * 256);
  for (let c = 0; c < channels; c++) {
    for (let v = 0; v < 256; v++) table[c * 256 + v] = (v / 255 - mean[c]!) / standardDeviation[c]!;
  }
  return table;
}
