import { pooledVariance } from '../../harness/statistics/mean-tests.ts';
import { type Prior, priorOf, shrink, type Variance } from '../../harness/statistics/moderated-variance.ts';

/** How much an arm spreads over seeds, with what all arms tell of one another. */

/** A value of one seed, such that more is better. */
export interface SeedValue {
  seed: number;
  value: number;
}

/** An arm's values, those accepted and those of this run: different draws once rounding differs, so not paired. */
export interface Sample {
  accepted: readonly SeedValue[];
  measured: readonly SeedValue[];
  /** What one test item changes: no arm spreads less. 0: the values have no such steps. */
  resolution: number;
}

/** s̃, and its degrees of freedom ν. */
export interface Spread {
  sd: number;
  df: number;
}

/** Arms differ more than one common variance says: half of the prior's degrees of freedom count. */
export const shareOfPrior = 0.5;

/**
 * What arms have in common: d₀ and s₀² of the accepted values, so that no run moves what it is judged by, and its power can
 * be stated beforehand. Where no arm was accepted with two seeds, this run's values stand in. Null: nothing tells.
 */
export function priorOfArms(samples: readonly Sample[]): Prior | null {
  const of = (side: 'accepted' | 'measured') => priorOf(samples.map((sample) => pooledVariance(numbers(sample[side]))));
  return of('accepted') ?? of('measured');
}

/**
 * s̃² = (d₀/2 s₀² + d s²) / (d₀/2 + d) with ν = d₀/2 + d degrees of freedom of each sample, where s² is its variance within
 * the accepted and the measured values (Smyth 2004). Null: nothing tells.
 */
export function spreadsOf(samples: readonly Sample[]): (Spread | null)[] {
  return moderated(samples, ({ accepted, measured }) => pooledVariance(numbers(accepted), numbers(measured)));
}

/** The same of the accepted values alone: the unit in which arms are put together. */
export function acceptedSpreadsOf(samples: readonly Sample[]): (Spread | null)[] {
  return moderated(samples, ({ accepted }) => pooledVariance(numbers(accepted)));
}

function moderated(samples: readonly Sample[], varianceOf: (sample: Sample) => Variance): (Spread | null)[] {
  const own = samples.map(varianceOf);
  const measured = own.reduce((sum, { df }) => sum + df, 0);
  const prior = priorOfArms(samples);
  return own.map((variance, at) => {
    const { resolution } = samples[at]!;
    if (prior === null) return variance.df > 0 && resolution > 0 ? { sd: resolution, df: variance.df } : null;
    const { value, df } = shrink(variance, { ...prior, measured }, shareOfPrior);
    const sd = Math.max(Math.sqrt(value), resolution);
    // A stored value may be too large for its square to be a number.
    return Number.isFinite(sd) && df > 0 ? { sd, df } : null;
  });
}

/** The values alone. */
export function numbers(values: readonly SeedValue[]): number[] {
  return values.map(({ value }) => value);
}
