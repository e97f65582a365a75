import type { Uniform } from '../../random.ts';

/**
 * The ten pattern families of the generated images. Each painter fills `field` (side x side, row by row) with a pattern
 * of its family, everything else about it random: place, phase, period and a few degrees of rotation. Every family is
 * its own mirror image in distribution, so that a horizontal flip keeps the class. `standardize` then takes the
 * families' mean and energy away, so that only the arrangement tells the class.
 */
export type Painter = (field: Float64Array, side: number, uniform: Uniform) => void;

const degree = Math.PI / 180;
/** Rotation within a family: far less than the 45 degrees between neighbouring families. */
const jitter = 9 * degree;

/** One for each class, in the order of the labels. */
export const painters: readonly Painter[] = [
  (field, side, uniform) => stripes(field, side, uniform, [0]),
  (field, side, uniform) => stripes(field, side, uniform, [90 * degree]),
  (field, side, uniform) => stripes(field, side, uniform, [uniform() < 0.5 ? 45 * degree : 135 * degree]),
  (field, side, uniform) => stripes(field, side, uniform, [0, 90 * degree]),
  (field, side, uniform) => stripes(field, side, uniform, [45 * degree, 135 * degree]),
  rings,
  spokes,
  (field, side, uniform) => marks(field, side, uniform, strokes(0)),
  (field, side, uniform) => marks(field, side, uniform, strokes(45 * degree)),
  (field, side, uniform) => marks(field, side, uniform, circles),
];

/** Shifts and scales a field to mean 0 and mean square 1. */
export function standardize(field: Float64Array): void {
  let sum = 0;
  for (const value of field) sum += value;
  const mean = sum / field.length;
  let squares = 0;
  for (const value of field) squares += (value - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / field.length);
  for (let i = 0; i < field.length; i++) field[i] = (field[i]! - mean) * scale;
}

/** A sum of waves whose crests run at right angles to the given directions; one period and one rotation for all. */
function stripes(field: Float64Array, side: number, uniform: Uniform, directions: readonly number[]): void {
  const frequency = (2 * Math.PI) / between(5, 9, uniform);
  const rotation = between(-jitter, jitter, uniform);
  field.fill(0);
  for (const direction of directions) {
    const fx = frequency * Math.cos(direction + rotation);
    const fy = frequency * Math.sin(direction + rotation);
    const phase = between(0, 2 * Math.PI, uniform);
    for (let y = 0, i = 0; y < side; y++) {
      for (let x = 0; x < side; x++, i++) field[i] = field[i]! + Math.cos(fx * x + fy * y + phase);
    }
  }
}

/** Concentric waves around a centre in the middle half of the image. */
function rings(field: Float64Array, side: number, uniform: Uniform): void {
  const frequency = (2 * Math.PI) / between(5, 9, uniform);
  const phase = between(0, 2 * Math.PI, uniform);
  const cx = between(0.25, 0.75, uniform) * (side - 1);
  const cy = between(0.25, 0.75, uniform) * (side - 1);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) {
      field[i] = Math.cos(frequency * Math.sqrt((x - cx) ** 2 + (y - cy) ** 2) + phase);
    }
  }
}

/** Five to eight rays out of a centre in the middle half of the image. */
function spokes(field: Float64Array, side: number, uniform: Uniform): void {
  const rays = 5 + Math.floor(4 * uniform());
  const phase = between(0, 2 * Math.PI, uniform);
  const cx = between(0.25, 0.75, uniform) * (side - 1);
  const cy = between(0.25, 0.75, uniform) * (side - 1);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) field[i] = Math.cos(rays * Math.atan2(y - cy, x - cx) + phase);
  }
}

/** Value in 0..1 of a mark of radius `radius` at (u, v) from its centre. */
type Mark = (u: number, v: number, radius: number) => number;

/** Copies of one mark, jittered in the cells of a grid that is shifted at random; a cell is a third of an image. */
function marks(field: Float64Array, side: number, uniform: Uniform, mark: Mark): void {
  const radius = between(3.8, 5.2, uniform);
  const rotation = between(-jitter, jitter, uniform);
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  const cell = (side - 1) / 3;
  const shiftX = between(-0.5, 0.5, uniform) * cell;
  const shiftY = between(-0.5, 0.5, uniform) * cell;
  const reach = Math.ceil(radius + 2);
  field.fill(0);
  // Four cells a row, shifted by half a cell either way, cover an image of three.
  for (let place = 0; place < 16; place++) {
    const cx = ((place % 4) + between(0.3, 0.7, uniform)) * cell + shiftX - cell / 2;
    const cy = (Math.floor(place / 4) + between(0.3, 0.7, uniform)) * cell + shiftY - cell / 2;
    for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(side - 1, cy + reach); y++) {
      for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(side - 1, cx + reach); x++) {
        const u = cos * (x - cx) + sin * (y - cy);
        const v = cos * (y - cy) - sin * (x - cx);
        const i = y * side + x;
        field[i] = Math.max(field[i]!, mark(u, v, radius));
      }
    }
  }
}

/** Two strokes that cross at right angles, turned by `angle`. */
function strokes(angle: number): Mark {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (u, v, radius) => {
    const along = Math.abs(cos * u + sin * v);
    const across = Math.abs(cos * v - sin * u);
    if (along > radius || across > radius) return 0;
    return Math.exp(-(Math.min(along, across) ** 2));
  };
}

/** A circle's line. */
function circles(u: number, v: number, radius: number): number {
  return Math.exp(-((Math.sqrt(u * u + v * v) - 0.75 * radius) ** 2));
}

function between(low: number, high: number, uniform: Uniform): number {
  return low + (high - low) * uniform();
}
