import { type Prior, priorOf, shrink, type Variance } from '../../harness/statistics/moderated-variance.ts';
import { mean, sampleDeviation } from '../../harness/statistics/moments.ts';

/** How much arms spread over seeds, after what a seed changes in all of them alike. */

/** An arm's gains by seed. */
export interface FittedArm {
  values: ReadonlyMap<number, number>;
  /** How many arms it counts for: 1/m where m arms repeat one another. */
  weight: number;
}

/** A sum of gains by seed, of numbers that sum to `times`. */
interface Sum {
  values: ReadonlyMap<number, number>;
  times: number;
}

/**
 * The variance of the errors of sums of arms where a gain is arm + seed + error: moderated over the arms as if the sum
 * were `times` one of them, and never below what it showed itself. One that spreads more than all others would else be
 * compared with their small variance, which it does not have. Null: nothing was measured, or without any spread.
 *
 * An arm's own variance is Σ_s (y_s - α - β_s)² over its share of the fit's degrees of freedom, N - arms - seeds + 1,
 * which go to the arms as n - 1; N and arms count by weight. An arm of one seed has none.
 */
export function spreadOfMeans(arms: readonly FittedArm[]): (sum: Sum) => Variance | null {
  const effects = seedEffects(arms);
  const repeats = ({ values: { size } }: Pick<FittedArm, 'values'>) => Math.max(0, size - 1);
  const total = arms.reduce((sum, arm) => sum + arm.weight * repeats(arm), 0);
  // Weights of thirds and the like sum to whole numbers but for rounding.
  const left = total - (effects.size - 1);
  const df = left > 1e-9 ? left : 0;
  // Equal values would else seem to spread a little, and every difference of them to be certain.
  const rounding = 1e-12 * sizeOf(arms);
  const own = ({ values, times }: Sum): Variance => {
    const share = total === 0 ? 0 : (df * repeats({ values })) / total;
    if (share === 0) return { value: 0, df: 0 };
    const errors = [...values].map(([seed, value]) => value / times - (effects.get(seed) ?? 0));
    const level = mean(errors) ?? 0;
    const squares = errors.map((error) => (Math.abs(error - level) <= rounding ? 0 : (error - level) ** 2));
    return { value: squares.reduce((sum, square) => sum + square, 0) / share, df: share };
  };
  const prior = priorOf(arms.map(({ values, weight }) => ({ ...own({ values, times: 1 }), weight })));
  return (sum) => moderated(own(sum), prior, sum.times ** 2);
}

/** Differences of relatives by seed, of numbers whose squares sum to `squares`. */
interface Difference {
  values: readonly number[];
  squares: number;
  /** Others say nothing of its spread. */
  alone: boolean;
}

/** What relatives differ by. */
export interface RelativeGroup {
  /** How many they are. */
  size: number;
  /** Seed by seed, of two of them each. */
  differences: readonly (readonly number[])[];
}

/**
 * The variance of sums of relatives whose numbers sum to zero: moderated over the differences of two relatives, and
 * never below what they showed themselves. Null: nothing was measured, or without any spread.
 */
export function spreadOfDifferences(groups: readonly RelativeGroup[]): (difference: Difference) => Variance | null {
  const own = (values: readonly number[], squares: number): Variance => ({
    value: plainVariance(values) / squares,
    df: Math.max(0, values.length - 1),
  });
  // Of the m(m - 1)/2 differences of m relatives m - 1 are independent. Values of few digits make some equal at every
  // seed, which does not say that others would be.
  const prior = priorOf(
    groups
      .flatMap(({ size, differences }) => differences.map((values) => ({ ...own(values, 2), weight: 2 / size })))
      .filter(({ value }) => value > 0),
  );
  return ({ values, squares, alone }) => {
    const measured = own(values, squares);
    return moderated(measured, alone ? priorOf([measured]) : prior, squares);
  };
}

/** Equal differences, of values that are rounded, spread by less than a billionth of their size. */
function plainVariance(values: readonly number[]): number {
  const deviation = sampleDeviation(values) ?? 0;
  return deviation <= 1e-12 * Math.max(1, ...values.map(Math.abs)) ? 0 : deviation ** 2;
}

function moderated(own: Variance, prior: Prior | null, times: number): Variance | null {
  if (prior === null) return null;
  const { value, df } = shrink(own, prior);
  return { value: times * Math.max(value, own.value), df };
}

/** The size of the largest value. */
function sizeOf(arms: readonly FittedArm[]): number {
  return Math.max(0, ...arms.flatMap(({ values }) => [...values.values()].map(Math.abs)));
}

/**
 * β of the weighted least-squares fit of arm + seed, by fitting arms and seeds in turn; exact at once where no seed is
 * missing.
 */
function seedEffects(arms: readonly FittedArm[]): Map<number, number> {
  const seeds = [...new Set(arms.flatMap(({ values }) => [...values.keys()]))];
  let effects = new Map(seeds.map((seed) => [seed, 0]));
  const settled = 1e-13 * sizeOf(arms);
  for (let round = 0; round < 1000; round++) {
    const errors = arms.map(({ values, weight }) => {
      const level = mean([...values].map(([seed, value]) => value - (effects.get(seed) ?? 0))) ?? 0;
      return { weight, errors: new Map([...values].map(([seed, value]) => [seed, value - level])) };
    });
    const fitted = new Map(seeds.map((seed) => [seed, weightedMean(seed, errors)]));
    const change = Math.max(0, ...seeds.map((seed) => Math.abs((fitted.get(seed) ?? 0) - (effects.get(seed) ?? 0))));
    effects = fitted;
    if (change <= settled) break;
  }
  return effects;
}

function weightedMean(seed: number, arms: readonly { weight: number; errors: ReadonlyMap<number, number> }[]): number {
  let [sum, count] = [0, 0];
  for (const { weight, errors } of arms) {
    const error = errors.get(seed);
    if (error === undefined) continue;
    sum += weight * error;
    count += weight;
  }
  return count === 0 ? 0 : sum / count;
}
