import { pooledVariance } from '../../harness/statistics/mean-tests.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { grouped } from '../arms.ts';
import { type Estimate, estimateOf } from './estimate.ts';
import { numbers, type Sample, type SeedValue, type Spread } from './spread.ts';

/** An arm of a group, with its spread at acceptance. */
export interface Member {
  sample: Sample;
  spread: Spread;
  /** δ of the arm. */
  margin: number;
}

/**
 * What a group did, seed by seed: the mean over its arms of (y - ȳ)/s̃, with ȳ and s̃ as accepted. What a seed does to all
 * arms alike stays in it, so that the spread over seeds is the group's own.
 */
export function seedMeans(members: readonly Member[]): Sample {
  const valuesOf = (side: 'accepted' | 'measured'): SeedValue[] => {
    const standardized = members.flatMap(({ sample, spread }) => {
      const center = mean(numbers(sample.accepted)) ?? 0;
      return sample[side].map(({ seed, value }) => ({ seed, value: (value - center) / spread.sd }));
    });
    return [...grouped(standardized, ({ seed }) => seed)].map(([seed, values]) => ({
      seed,
      value: mean(numbers(values)) ?? 0,
    }));
  };
  return { accepted: valuesOf('accepted'), measured: valuesOf('measured'), resolution: 0 };
}

/** δ of a group, in its arms' standard deviations: every arm loses its margin. */
export function standardizedMargin(members: readonly Member[]): number {
  return mean(members.map(({ margin, spread }) => margin / spread.sd)) ?? 0;
}

/** The change of a group's mean over seeds, by the two-sample t-test; null: its seeds do not spread. */
export function groupEstimateOf(members: readonly Member[]): Estimate | null {
  const sample = seedMeans(members);
  const { value, df } = pooledVariance(numbers(sample.accepted), numbers(sample.measured));
  return value > 1e-24 ? estimateOf(sample, { sd: Math.sqrt(value), df }, standardizedMargin(members)) : null;
}
