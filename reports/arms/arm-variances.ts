import type { Variance } from '../../harness/statistics/moderated-variance.ts';
import { moderate } from '../../harness/statistics/moderated-variance.ts';
import { mean } from '../../harness/statistics/moments.ts';

/** How much arms spread over seeds, after what a seed changes in all of them alike. */

/** An arm's gains by seed. */
export interface FittedArm {
  values: ReadonlyMap<number, number>;
  /** How many arms it counts for: 1/m where m arms repeat one another. */
  weight: number;
}

/**
 * The errors' variance in each arm where a gain is arm + seed + error: moderated, and never below what the arm itself
 * showed. An arm that spreads more than all others would else be compared with their small variance, which it does not
 * have. Null: nothing was measured, or without any spread.
 */
export function variancesOf(arms: readonly FittedArm[]): Variance[] | null {
  const own = residualVariances(arms);
  return moderate(own)?.map(({ value, df }, i) => ({ value: Math.max(value, own[i]?.value ?? 0), df })) ?? null;
}

/**
 * Σ_s (y_s - α - β_s)² over the arm's share of the fit's degrees of freedom, N - arms - seeds + 1, which go to the arms
 * as n - 1; N and arms count by weight. An arm of one seed has none.
 */
function residualVariances(arms: readonly FittedArm[]): Variance[] {
  const effects = seedEffects(arms);
  const repeats = arms.map(({ values: { size } }) => Math.max(0, size - 1));
  const total = arms.reduce((sum, { weight }, i) => sum + weight * repeats[i]!, 0);
  // Weights of thirds and the like sum to whole numbers but for rounding.
  const left = total - (effects.size - 1);
  const df = left > 1e-9 ? left : 0;
  // Equal values would else seem to spread a little, and every difference of them to be certain.
  const rounding = 1e-12 * sizeOf(arms);
  return arms.map(({ values, weight }, i) => {
    const share = total === 0 ? 0 : (df * repeats[i]!) / total;
    if (share === 0) return { value: 0, df: 0, weight };
    const errors = [...values].map(([seed, value]) => value - (effects.get(seed) ?? 0));
    const level = mean(errors) ?? 0;
    const squares = errors.map((error) => (Math.abs(error - level) <= rounding ? 0 : (error - level) ** 2));
    return { value: squares.reduce((sum, square) => sum + square, 0) / share, df: share, weight };
  });
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
