import { gaussian, permutation, streamsOf, type Uniform } from '../../random.ts';
import type { Part } from '../dataset.ts';
import { painters, standardize } from './generated-patterns.ts';
import type { GeneratedImages } from './image-dataset.ts';
import type { ImageSet } from './image-set.ts';

/**
 * Generated images: a data set that needs no files, for smoke runs and tests. Ten classes, 32 x 32 x 3 bytes.
 *
 * An image is  v_c = 127.5 + b_c + a · s_c · (f + w · g) / √(1 + w²) + σ · n_c,  clipped to a byte: f the field of the
 * labelled pattern family, g the field of another one drawn at random (clutter), w < 1 its weight, b the background
 * colour, a the contrast, s a colour direction drawn uniformly from the sphere, n Gaussian noise. As s and -s are
 * equally probable, every class has the same mean at every pixel: a linear model on pixels stays near chance, while
 * small convolutional networks tell the families apart; weak contrast and strong clutter leave some images ambiguous.
 */
export const generatedImages: GeneratedImages<'generated'> = {
  name: 'generated',
  title: 'generated images',
  sort: 'images',
  source: 'generated',
  classes: painters.length,
  side: 32,
  channels: 3,
  moments: null,
  examples: { train: 4000, test: 1000 },
  // More would say nothing new, and takes memory.
  limits: { train: 50_000, test: 10_000 },
  generate: generateImages,
};

const { classes, side, channels } = generatedImages;
const background = 35;
const contrast = { low: 18, high: 60 };
const clutter = 0.6;
const noise = 18;
const noiseTableSize = 1 << 16;
const streams = streamsOf('generated-images/1', 0);

/**
 * The first `count` images of a part. Deterministic: the same on every call, and a smaller set is the beginning of a
 * larger one. Every ten images in a row hold each class once.
 */
function generateImages(part: Part, count: number): ImageSet {
  const pixels = side * side;
  const size = pixels * channels;
  // A clamped array rounds, and clips to 0..255.
  const images = new Uint8ClampedArray(count * size);
  const labels = new Uint8Array(count);
  const uniform = streams(part);
  const noiseTable = gaussian(noiseTableSize, noise, streams(`${part}/noise`));
  const field = new Float64Array(pixels);
  const other = new Float64Array(pixels);
  let order = new Uint32Array(0);
  for (let n = 0; n < count; n++) {
    const place = n % classes;
    if (place === 0) order = permutation(classes, uniform) as Uint32Array<ArrayBuffer>;
    const label = order[place]!;
    labels[n] = label;
    paint(field, label, uniform);
    paint(other, Math.floor(classes * uniform()), uniform);
    colour(images.subarray(n * size, (n + 1) * size), field, other, noiseTable, uniform);
  }
  return { count, images: new Uint8Array(images.buffer), labels };
}

function paint(field: Float64Array, family: number, uniform: Uniform): void {
  painters[family]!(field, side, uniform);
  standardize(field);
}

function colour(
  image: Uint8ClampedArray,
  f: Float64Array,
  g: Float64Array,
  noiseTable: Float32Array,
  uniform: Uniform,
): void {
  const weight = clutter * uniform();
  const amplitude = contrast.low + (contrast.high - contrast.low) * uniform();
  const direction = gaussian(channels, 1, uniform);
  const gain = (amplitude * Math.sqrt(3)) / Math.hypot(...direction) / Math.sqrt(1 + weight * weight);
  // A random start and a random odd step through one table of noise cost two draws an image, not one a value.
  const start = Math.floor(noiseTableSize * uniform());
  const step = 2 * Math.floor((noiseTableSize / 2) * uniform()) + 1;
  for (let c = 0; c < channels; c++) {
    const base = 127.5 + background * (2 * uniform() - 1);
    const scale = gain * direction[c]!;
    for (let p = 0, i = c; p < f.length; p++, i += channels) {
      const n = noiseTable[(start + step * i) & (noiseTableSize - 1)]!;
      image[i] = base + scale * (f[p]! + weight * g[p]!) + n;
    }
  }
}
