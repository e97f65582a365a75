/** Effects that a change is asked for with equal weight, in standard deviations of the series. */
export const effects = [0.35, 0.7, 1.4, 2.8] as const;

/** Which way a change goes: `loss` is what the check alarms for, `gain` its mirror. */
export type Direction = 'loss' | 'gain';

/**
 * Likelihood ratio of "the mean fell" against "nothing changed" for a statistic that is Student's t with ν degrees of
 * freedom where nothing changed: the mean over effects e of
 * f(T + η) / f(T) = [(1 + T²/ν) / (1 + (T + η)²/ν)]^((ν + 1)/2), η = e / √(1/N_a + 1/N_b),
 * where f is the density of t. Its expectation under f is ∫ f(T + η) dT = 1, whatever η and ν: an e-value.
 *
 * @param t (mean after - mean before) / standard error
 * @param precision 1 / √(1/N_a + 1/N_b)
 * @param df ν > 0
 */
export function lossRatio(t: number, precision: number, df: number): number {
  let sum = 0;
  for (const effect of effects) {
    const shifted = t + effect * precision;
    sum += ((df + t * t) / (df + shifted * shifted)) ** ((df + 1) / 2);
  }
  return sum / effects.length;
}
