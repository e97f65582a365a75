import { gaussian, streamsOf } from '../../random.ts';
import type { BitSource, Bits, GeneratedBits } from './binary-dataset.ts';

/** Standard deviation of the weights between tanh units and logits. */
const spread = 0.9;

const streams = streamsOf('generated-binary/1', 0);

/**
 * Bits of a decoder with random weights: z ~ N(0, I), h = tanh(z·A) with A ~ N(0, 1), and each bit of x is 1 with the
 * probability σ(h·B), B ~ N(0, 0.9²). All parts are of one decoder; a smaller part is the beginning of a larger one.
 */
export const generatedBinary: GeneratedBits<'generated-binary'> = {
  name: 'generated-binary',
  title: 'generated binary images',
  sort: 'binary-images',
  source: 'generated',
  examples: null,
  generate: (part, count, source) => drawnFrom(source, part, count),
};

function drawnFrom({ pixels, latent, units }: BitSource, part: string, count: number): Bits {
  const size = `${latent}-${units}-${pixels}`;
  const a = gaussian(latent * units, 1, streams(`hidden/${size}`));
  const b = gaussian(units * pixels, spread, streams(`logits/${size}`));
  const uniform = streams(`${part}/${size}`);
  const values = new Uint8Array(count * pixels);
  for (let n = 0; n < count; n++) {
    const z = gaussian(latent, 1, uniform);
    const h = productOf(z, a, units).map(Math.tanh);
    productOf(h, b, pixels).forEach((logit, pixel) => {
      values[n * pixels + pixel] = uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
    });
  }
  return { count, pixels, values };
}

/** x·W for a row x and W [x, columns]. */
function productOf(x: ArrayLike<number>, w: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < x.length; row++) sum += x[row]! * w[row * columns + column]!;
    return sum;
  });
}
