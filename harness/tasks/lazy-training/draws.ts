import { gaussian, type Streams, type Uniform } from '../../random.ts';
import type { TargetName } from '../../spec/lazy-training.ts';
import type { NdArray } from '../../tensor/nd-array.ts';
import { drawMixture } from './mixture.ts';
import { drawQuadratic } from './quadratic.ts';
import type { Target } from './target.ts';

/** The target of a replicate: the same for all regimes, widths and fits. */
export function drawTarget(name: TargetName, dimension: number, streams: Streams): Target {
  const uniform = streams(`target/${name}`);
  return name === 'quadratic' ? drawQuadratic(dimension, uniform) : drawMixture(dimension, uniform);
}

/** W [N, d], rows from N(0, I/d), rounded to float32: a narrower network's are the first of a wider one's. */
export function drawFeatures(width: number, dimension: number, streams: Streams): NdArray {
  const uniform = streams('features');
  const data = new Float64Array(width * dimension);
  // Row by row: draws come in pairs.
  for (let i = 0; i < width; i++) data.set(gaussian(dimension, Math.sqrt(1 / dimension), uniform), i * dimension);
  return { shape: [width, dimension], data };
}

/** Fresh examples: inputs [n, d], and what is to be learnt of each. */
export interface Examples {
  x: Float32Array;
  y: Float32Array;
}

/** Examples of a target, one after another. */
export function drawExamples(target: Target, count: number, uniform: Uniform): Examples {
  const d = target.diagonal.length;
  const x = new Float32Array(count * d);
  const y = Float32Array.from({ length: count }, (_, i) => target.draw(x.subarray(i * d, (i + 1) * d), uniform));
  return { x, y };
}
