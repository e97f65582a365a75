import { gaussian, streamsOf } from '../../random.ts';
import type { NasiDatasetSpec } from '../../spec/nasi.ts';
import { normOf } from '../../tensor/nd-array.ts';
import type { ExampleSet } from './example-set.ts';

export const templateClasses = 10;
export const templateChannels = 3;

/** Root of the mean square of the noise, over that of a pattern. */
const noise = 2;
/** How often a pattern is smoothed by the mean of each 3x3 neighbourhood. */
const smoothings = 2;

/**
 * The first `count` images of a part: the pattern of a class drawn uniformly, shifted by any number of rows and columns
 * (what leaves on one side comes back on the other), plus normal noise; their mean square is 1. A pattern is normal
 * noise that has been smoothed. The same on every call; a smaller set is the beginning of a larger one.
 */
export function templateImages(
  { side }: Extract<NasiDatasetSpec, { name: 'templates' }>,
  part: string,
  count: number,
): ExampleSet {
  const streams = streamsOf('nasi-templates/1', 0);
  const patterns = Array.from({ length: templateClasses }, (_, c) => {
    let values = gaussian(side * side * templateChannels, 1, streams(`pattern/${c}`));
    for (let i = 0; i < smoothings; i++) values = smoothed(values, side);
    const norm = normOf(values) / Math.sqrt(values.length);
    return values.map((value) => value / norm);
  });
  const uniform = streams(part);
  const size = side * side * templateChannels;
  const x = new Float32Array(count * size);
  const labels = new Int32Array(count);
  const total = Math.sqrt(1 + noise * noise);
  for (let n = 0; n < count; n++) {
    const label = Math.floor(templateClasses * uniform());
    const [down, right] = [Math.floor(side * uniform()), Math.floor(side * uniform())];
    const added = gaussian(size, noise, uniform);
    const pattern = patterns[label]!;
    labels[n] = label;
    for (let i = 0; i < size; i++) {
      const [row, column] = [Math.floor(i / (side * templateChannels)), Math.floor(i / templateChannels) % side];
      const from =
        (((row + down) % side) * side + ((column + right) % side)) * templateChannels + (i % templateChannels);
      x[n * size + i] = (pattern[from]! + added[i]!) / total;
    }
  }
  return { count, x, labels };
}

/** The mean of each 3x3 neighbourhood, around the edges. */
function smoothed(values: Float32Array, side: number): Float32Array {
  const at = (row: number, column: number, channel: number) =>
    values[(((row + side) % side) * side + ((column + side) % side)) * templateChannels + channel]!;
  return values.map((_, i) => {
    const [row, column] = [Math.floor(i / (side * templateChannels)), Math.floor(i / templateChannels) % side];
    let sum = 0;
    for (let y = -1; y <= 1; y++) for (let x = -1; x <= 1; x++) sum += at(row + y, column + x, i % templateChannels);
    return sum / 9;
  });
}
