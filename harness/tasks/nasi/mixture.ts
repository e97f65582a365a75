import { gaussian, streamsOf } from '../../random.ts';
import type { NasiDatasetSpec } from '../../spec/nasi.ts';
import { normOf } from '../../tensor/nd-array.ts';
import type { ExampleSet } from './example-set.ts';

/** Mean squared distance of an example from its class's centre, over the centre's squared norm of 1. */
const spread = 16;

/**
 * The first `count` vectors of a part: x = √d·(m_c + √spread·z)/‖·‖ of a class c drawn uniformly, m_c uniform on the
 * sphere, z ~ N(0, I/d): entries have mean square 1. The same on every call; a smaller set is the beginning of a larger one.
 */
export function mixtureExamples(
  { dimension: d, classes }: Extract<NasiDatasetSpec, { name: 'mixture' }>,
  part: string,
  count: number,
): ExampleSet {
  const streams = streamsOf('nasi-mixture/1', 0);
  const centres = Array.from({ length: classes }, (_, c) => unit(gaussian(d, 1, streams(`centre/${c}`))));
  const uniform = streams(part);
  const x = new Float32Array(count * d);
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const label = Math.floor(classes * uniform());
    const noise = gaussian(d, Math.sqrt(spread / d), uniform);
    labels[n] = label;
    const direction = unit(centres[label]!.map((value, i) => value + noise[i]!));
    x.set(
      direction.map((value) => Math.sqrt(d) * value),
      n * d,
    );
  }
  return { count, x, labels };
}

function unit(values: Float32Array): Float32Array {
  const norm = normOf(values);
  return values.map((value) => value / norm);
}
