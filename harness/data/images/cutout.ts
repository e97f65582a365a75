import type { Uniform } from '../../random.ts';

/**
 * A part of an image: rows from `top` up to `bottom`, columns from `left` up to `right`, both ends within the image.
 */
export interface Hole {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The hole of Cutout (DeVries and Taylor 2017, section 3.1, and their code): a square of `side` pixels about a centre
 * that is uniform over the pixels of the image, row drawn before column, so that the square may lie partly outside.
 * Pixels from ⌊side/2⌋ before the centre on.
 */
export function drawHole(side: number, height: number, width: number, uniform: Uniform): Hole {
  const top = Math.floor(uniform() * height) - Math.floor(side / 2);
  const left = Math.floor(uniform() * width) - Math.floor(side / 2);
  return {
    top: Math.max(0, top),
    bottom: Math.min(height, top + side),
    left: Math.max(0, left),
    right: Math.min(width, left + side),
  };
}

/** Sets the pixels of the hole to zero, the data set's mean, in the normalized image that begins at `at`. */
export function cutOut(hole: Hole, images: Float32Array, at: number, width: number, channels: number): void {
  for (let y = hole.top; y < hole.bottom; y++) {
    const row = at + y * width * channels;
    images.fill(0, row + hole.left * channels, row + hole.right * channels);
  }
}
