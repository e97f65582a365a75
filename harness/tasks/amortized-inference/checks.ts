import type { Bits } from '../../data/binary/binary-dataset.ts';
import type { ExactCheck } from '../../record.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { noisyBatch } from './batches.ts';
import type { Estimator } from './estimate.ts';
import { columnNorms, type ReferenceNetwork, referenceBounds } from './reference.ts';

/** Quantities of a network whose right values are known, whatever was trained. */

/** Test examples that are looked at, and samples of each, at most. */
const most = { examples: 8, samples: 16 };

/** Rounding of float32 in sums of some hundred terms. */
const engineTolerance = 1e-4;
/** The same in nats, of two means of the same samples. */
const orderTolerance = 1e-3;

export interface Checked {
  estimator: Pick<Estimator, 'values'>;
  reference: ReferenceNetwork;
  test: Bits;
  /** H; null: weights are not bounded. */
  bound: number | null;
}

/**
 * That the engine's bounds are those of float64; that the mean of ln w is never above the logarithm of the mean (Jensen);
 * that no column of a bounded encoder is longer than the bound.
 */
export function amortizedChecks({ estimator, reference, test, bound }: Checked): ExactCheck[] {
  const { latent } = reference;
  const rows = Uint32Array.from({ length: Math.min(most.examples, test.count) }, (_, row) => row);
  const batch = noisyBatch(test, rows, { draws: most.samples, sigma: null, latent, seed: 0 });
  const engine = estimator.values(batch);
  const exact = Array.from(rows, (row) => {
    const noise = Array.from({ length: most.samples }, (_, sample) => {
      const from = (sample * rows.length + row) * latent;
      return Float64Array.from(batch.noise.subarray(from, from + latent));
    });
    return referenceBounds(reference, test.values.subarray(row * test.pixels, (row + 1) * test.pixels), noise);
  });
  const above = Math.max(...Array.from(rows, (row) => engine.sampledElbo[row]! - engine.bound[row]!), 0);
  const checks: ExactCheck[] = [
    ...(['bound', 'elbo'] as const).map((name) => ({
      name: `${name === 'bound' ? 'importance bound' : 'ELBO'} of the engine and of float64, relative difference`,
      expected: 0,
      measured: finiteOrNull(
        relativeDifference(
          engine[name],
          exact.map((one) => one[name]),
        ),
      ),
      tolerance: engineTolerance,
    })),
    {
      name: 'how far the mean of ln w is above ln of the mean w, in nats',
      expected: 0,
      measured: finiteOrNull(above),
      tolerance: orderTolerance,
    },
  ];
  if (bound === null) return checks;
  const excess = largestNorm(reference) - bound;
  return [
    ...checks,
    {
      name: 'how far a column of the encoder is longer than the bound',
      expected: 0,
      measured: finiteOrNull(Math.max(0, excess)),
      tolerance: engineTolerance * bound,
    },
  ];
}

/** The largest column norm of the encoder's matrices, as they compute. */
export function largestNorm({ encoder }: ReferenceNetwork): number {
  return Math.max(...encoder.flatMap(({ weight }) => columnNorms(weight)));
}

/** max |left − right| / max |right|; not a number where a value is none. */
function relativeDifference(left: ArrayLike<number>, right: readonly number[]): number {
  const differences = right.map((value, index) => Math.abs(left[index]! - value));
  return Math.max(...differences) / Math.max(...right.map(Math.abs));
}
