import { mean } from './moments.ts';

/** One change of a mean among values that come in order: how well each place of it explains them. */

/**
 * ln of the marginal likelihood of two samples with means of their own and one variance, up to what depends on the
 * number of all values alone: normal values, Jeffreys' prior 1/σ and flat priors of the means, which integrate to (n₁
 * n₂)^(-1/2) S^(-(N - 2)/2), with S the squares about the samples' own means and N = n₁ + n₂ (Smith 1975, "A Bayesian
 * approach to inference about a change-point", Biometrika 62). Means and variance are not known but integrated over, so
 * that few values claim little.
 *
 * @param before values, at least one
 * @param after values, at least one
 */
export function logTwoMeans(before: readonly number[], after: readonly number[]): number {
  const all = squares([...before, ...after]);
  // Values without any spread within the samples would claim certainty; a billionth of the whole is rounding.
  const within = Math.max(squares(before) + squares(after), 1e-9 * all, Number.MIN_VALUE);
  const number = before.length + after.length;
  return -0.5 * Math.log(before.length * after.length) - ((number - 2) / 2) * Math.log(within);
}

/**
 * The probability of each place of the one change, from values by place in order and a uniform prior: entry k is that
 * of a change between places k and k + 1. Places without values tell nothing apart.
 *
 * @param places at least two; the first and the last have values
 */
export function changeProbabilities(places: readonly (readonly number[])[]): number[] {
  const logs = places.slice(1).map((_, at) => logTwoMeans(places.slice(0, at + 1).flat(), places.slice(at + 1).flat()));
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Σ(x - x̄)². */
function squares(values: readonly number[]): number {
  const center = mean(values) ?? 0;
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}
