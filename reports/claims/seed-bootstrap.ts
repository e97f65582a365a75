import { streamsOf } from '../../harness/random.ts';
import { mean } from '../../harness/statistics/moments.ts';

const draws = 2000;

/**
 * The central 95 % of means over seeds that are drawn again, with replacement within each stratum, strata weighed
 * equally (Efron 1979); the same for the same values. Null: a stratum has one seed, which cannot be drawn in two ways.
 *
 * @param strata an effect at every seed, one list for each model and data set
 */
export function seedInterval(strata: readonly (readonly number[])[]): [number, number] | null {
  if (strata.length === 0 || strata.some(({ length }) => length < 2)) return null;
  const uniform = streamsOf('claims', 0)('seeds drawn again');
  const means = Array.from({ length: draws }, () => {
    const drawn = strata.map((values) => mean(values.map(() => values[Math.floor(uniform() * values.length)]!)) ?? 0);
    return mean(drawn) ?? 0;
  }).sort((a, b) => a - b);
  return [means[Math.floor(0.025 * draws)]!, means[Math.ceil(0.975 * draws) - 1]!];
}
