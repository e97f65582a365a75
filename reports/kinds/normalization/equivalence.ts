import { grouped } from '../../../baselines/arms.ts';
import {
  type EquivalenceTest,
  equivalenceLevel,
  equivalencePower,
  equivalenceTest,
} from '../../../harness/statistics/equivalence.ts';
import { holm, significance } from '../../../harness/statistics/holm.ts';
import { moderate } from '../../../harness/statistics/moderated-variance.ts';
import { mean, sampleDeviation } from '../../../harness/statistics/moments.ts';
import { fewestSeeds } from '../../../harness/statistics/power.ts';
import { twoSidedTail } from '../../../harness/statistics/student-t.ts';
import { type ArmSummary, differencesOf, gainsOf } from '../../arms/arm-summary.ts';
import type { NormSetting } from './settings.ts';

/**
 * `equivalent`: arms *norm* and *frob* differ by less than the margin, at the level of 5 %; `different`: they differ,
 * significantly after Holm's correction over the settings, and are not equivalent; else the seeds do not decide.
 */
export const equivalenceVerdicts = ['equivalent', 'different', 'not decidable at these seeds'] as const;
export type EquivalenceVerdict = (typeof equivalenceVerdicts)[number];

/** Whether setting the norms of one setting does what Frobenius decay does. Null: the seeds do not give it. */
export interface Equivalence {
  setting: NormSetting;
  /** In the metric's unit. */
  margin: number;
  /** Seeds that completed in both arms. */
  n: number;
  /** Whether a seed of one arm diverged that completed in the other: then they are not equivalent. */
  partsByDivergence: boolean;
  /** Mean of norm - frob over them, as gains. */
  difference: number | null;
  /** Standard deviation of the differences that the tests take them to have. */
  sd: number | null;
  test: EquivalenceTest | null;
  /** Of no difference: two-sided, corrected over all settings (Holm). */
  differenceP: number | null;
  /** Chance to be called equivalent where there is no difference at all. */
  power: number | null;
  /** The fewest seeds with a power of 0.8 at this spread; null: more than a thousand, or not known. */
  seedsWanted: number | null;
  verdict: EquivalenceVerdict;
}

/**
 * The settings with both arms. Differences are paired over seeds, which share initial values, order and augmentation;
 * their variance is moderated over the settings of a model and data set (Smyth 2004), and never below a setting's own.
 */
export function equivalencesOf(settings: readonly NormSetting[]): Equivalence[] {
  const paired = settings.flatMap((setting) => {
    const { frob, norm } = setting.arms;
    if (frob === undefined || norm === undefined) return [];
    return [{ setting, differences: differencesOf(gainsOf(norm), gainsOf(frob)) }];
  });
  const estimated = [...grouped(paired, ({ setting }) => setting.place).values()].flatMap(estimatedAt);
  const adjusted = holm(estimated.map(({ differenceP }) => differenceP));
  return estimated.map((equivalence, i) => {
    const differenceP = adjusted[i] ?? null;
    return { ...equivalence, differenceP, verdict: verdictOf(equivalence, differenceP) };
  });
}

interface Paired {
  setting: NormSetting;
  differences: readonly number[];
}

/** The tests of one model and data set, each p for itself. */
function estimatedAt(pairs: readonly Paired[]): Omit<Equivalence, 'verdict'>[] {
  const own = pairs.map(({ differences }) => {
    return { value: (sampleDeviation(differences) ?? 0) ** 2, df: Math.max(0, differences.length - 1) };
  });
  const moderated = moderate(own);
  return pairs.map(({ setting, differences }, i) => {
    const n = differences.length;
    const difference = mean(differences);
    const margin = setting.config.equivalenceMargin;
    const partsByDivergence = isPartedByDivergence(setting);
    const untested = { sd: null, test: null, differenceP: null, power: null, seedsWanted: null };
    const variance = moderated?.[i];
    if (n < 2 || difference === null || variance === undefined) {
      return { setting, margin, n, partsByDivergence, difference, ...untested };
    }
    const sd = Math.sqrt(Math.max(variance.value, own[i]!.value));
    const estimate = { difference, standardError: sd / Math.sqrt(n), df: variance.df };
    return {
      setting,
      margin,
      n,
      partsByDivergence,
      difference,
      sd,
      test: equivalenceTest(estimate, margin),
      differenceP: twoSidedTail(difference / estimate.standardError, estimate.df),
      power: equivalencePower(estimate, margin),
      seedsWanted: seedsFor(0.8, { sd, margin, shared: variance.df - (n - 1) }),
    };
  });
}

function verdictOf(
  { test, partsByDivergence }: Pick<Equivalence, 'test' | 'partsByDivergence'>,
  differenceP: number | null,
): EquivalenceVerdict {
  if (test !== null && test.p <= equivalenceLevel && !partsByDivergence) return 'equivalent';
  return differenceP !== null && differenceP <= significance ? 'different' : 'not decidable at these seeds';
}

function isPartedByDivergence({ arms: { frob, norm } }: NormSetting): boolean {
  if (frob === undefined || norm === undefined) return false;
  const [one, other] = [gainsOf(frob), gainsOf(norm)];
  const isLost = (arm: ArmSummary, gains: ReadonlyMap<number, number>) =>
    arm.records.some(({ status, seed }) => status === 'diverged' && gains.has(seed));
  return isLost(frob, other) || isLost(norm, one);
}

/** @param shared degrees of freedom that other settings lend */
function seedsFor(power: number, { sd, margin, shared }: { sd: number; margin: number; shared: number }) {
  const reaches = (n: number) =>
    equivalencePower({ standardError: sd / Math.sqrt(n), df: n - 1 + Math.max(0, shared) }, margin) >= power;
  return fewestSeeds(reaches, 1);
}
