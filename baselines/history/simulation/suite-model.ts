import { gainOf, shownScale } from '../../../harness/spec/metrics.ts';
import type { Factor } from '../../../harness/spec/words.ts';
import { mean } from '../../../harness/statistics/moments.ts';
import { type ArmGroup, groupsOf } from '../../arm-groups.ts';
import { groupByArm } from '../../arms.ts';
import type { Baseline } from '../../baseline.ts';
import { levelsOf } from '../level.ts';

/** How a suite's arms spread over seeds, as far as its stored baseline tells: what simulated nights are drawn from. */
export interface SuiteModel {
  suite: string;
  /** Standard deviation of each arm over seeds, in shown units (points). */
  deviations: number[];
  /** Part of the variance that a seed changes in all arms alike. */
  common: number;
  groups: ArmGroup[];
}

/** The model of a baseline's completed entries; null where no arm has two seeds, or none spreads. */
export function suiteModelOf({ suite, cells }: Baseline): SuiteModel | null {
  const completed = cells.flatMap((entry) => {
    const [gated] = entry.measures;
    if (entry.status !== 'completed' || entry.weights_digest === null || !gated || gated.value === null) return [];
    const gain = shownScale(gated.metric) * gainOf(gated.metric, gated.value);
    return [{ seed: entry.seed, config: entry.config, factors: entry.factors, gain }];
  });
  const arms = [...groupByArm(completed).values()].filter(({ length }) => length > 1);
  const levels = levelsOf(arms.map((arm) => arm.map(({ gain }) => gain)));
  const known = arms.flatMap((arm, at) => {
    const level = levels[at];
    return level ? [{ arm, level }] : [];
  });
  if (known.length === 0) return null;
  const residuals = known.map(
    ({ arm, level: { center, scale } }) => new Map(arm.map(({ seed, gain }) => [seed, (gain - center) / scale])),
  );
  return {
    suite,
    deviations: known.map(({ level }) => level.scale),
    common: commonPart(residuals),
    groups: groupsOf(known.map(({ arm }): { factors: readonly Factor[] } => ({ factors: arm[0]!.factors }))),
  };
}

/**
 * The variance component ρ of what a seed changes in all arms alike, by analysis of variance: the mean over A arms of
 * one seed's standardized values has variance ρ + (1 - ρ)/A. At least 0.
 */
function commonPart(residuals: readonly ReadonlyMap<number, number>[]): number {
  const arms = residuals.length;
  const seeds = [...residuals[0]!.keys()].filter((seed) => residuals.every((arm) => arm.has(seed)));
  if (arms < 2 || seeds.length < 2) return 0;
  const means = seeds.map((seed) => mean(residuals.map((arm) => arm.get(seed)!))!);
  const center = mean(means)!;
  const variance = means.reduce((sum, value) => sum + (value - center) ** 2, 0) / (seeds.length - 1);
  return Math.max(0, Math.min(1, (variance - 1 / arms) / (1 - 1 / arms)));
}
