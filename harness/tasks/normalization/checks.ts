import { tf } from '../../engine/tensorflow.ts';
import { uMatrixOf, vMatrixOf } from '../../methods/low-rank.ts';
import type { ExactCheck } from '../../record.ts';
import { composeLowRank } from '../../tensor/low-rank.ts';
import { normOf } from '../../tensor/nd-array.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { Norms } from './norm-trace.ts';
import type { Product } from './products.ts';

/** What a training whose norms are kept must come to. */

/** Float32 products and their sums of squares round to about 1e-6. */
const composedTolerance = 1e-5;
/** Scaled factors are rounded to float32, to 6e-8 an entry, and their product to less. */
const scaledTolerance = 1e-6;

/** The last norms are those of the final weights, whose products are composed for it: √ΣW² of W = UVᵀ. */
export function lastNormsCheck(products: readonly Product[], trace: Norms): ExactCheck {
  const last = trace.at(trace.steps);
  const misses = products.map((product, layer) => last[layer]! / composedNorm(product) - 1);
  return checkOf('last product norms against composed ones, largest relative difference', misses, composedTolerance);
}

/** After every step every layer had the norm that it was to have. */
export function wantedNormsCheck(trace: Norms, wanted: Norms): ExactCheck {
  const misses: number[] = [];
  for (let step = 1; step <= trace.steps; step++) {
    const target = wanted.at(step);
    trace.at(step).forEach((norm, layer) => {
      misses.push(norm / target[layer]! - 1);
    });
  }
  return checkOf('product norms against those of frob, largest relative difference', misses, scaledTolerance);
}

function checkOf(name: string, misses: readonly number[], tolerance: number): ExactCheck {
  const largest = misses.reduce((most, miss) => Math.max(most, Math.abs(miss)), 0);
  return { name, expected: 0, measured: finiteOrNull(largest), tolerance };
}

function composedNorm({ u, v }: Product): number {
  return normOf(tf.tidy(() => composeLowRank(uMatrixOf(u.value), vMatrixOf(v.value)).dataSync()));
}
