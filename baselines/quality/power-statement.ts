import { pooledVariance } from '../../harness/statistics/mean-tests.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { effectFound } from '../../harness/statistics/power.ts';
import { quantile } from '../../harness/statistics/student-t.ts';
import { groupsOf } from '../arm-groups.ts';
import { scaleOf } from './estimate.ts';
import { levelOf, type QualityArm } from './judge.ts';
import { acceptedSpreadsOf, numbers, priorOfArms, shareOfPrior } from './spread.ts';
import { type Member, seedMeans } from './standardized.ts';

/** Losses that the quality lane finds with a probability of 80 %, in the metric's unit. */
export interface PowerStatement {
  arms: number;
  /** Seeds of the arm with the fewest. */
  accepted: number;
  measured: number;
  /** Of one arm: of a typical one (root mean square of s̃), of the one that spreads least, and most. */
  arm: { typical: number; least: number; most: number };
  /** Of every arm of a group at once, the smallest and the largest of the groups; null: there is none. */
  group: { least: number; most: number } | null;
  /** Of every arm at once; null: there is but one, or its seeds do not spread. */
  all: number | null;
  /** The margin at which 90 % of healthy typical arms pass: (t_0.95 + t_0.9) s̃ √(1/n + 1/B). */
  settling: number;
}

/** The probability with which a stated loss is found. */
export const statedPower = 0.8;

/** A check that is to come. */
export interface ComingCheck {
  /** Seeds of an arm. */
  measured: number;
  /** δ, in the metric's unit. */
  margin: number;
  /** How many metrics share the chance of a false alarm. */
  metrics?: number;
}

/**
 * The power of a check of so many seeds an arm against the accepted ones, from how much these spread: the smallest loss
 * for which the noncentral t test of `judgeQuality` finds it, at the level of the first step of Holm's correction. Arms
 * that are not compared tell only, as there, how much arms spread. Null: no compared arm has two accepted seeds.
 */
export function powerStatementOf(
  arms: readonly QualityArm[],
  { measured, margin, metrics = 1 }: ComingCheck,
): PowerStatement | null {
  const samples = arms.map(({ metric }) => ({ ...metric, measured: [] }));
  const spreads = acceptedSpreadsOf(samples);
  const membersOf = (indices: readonly number[]) =>
    indices.flatMap((at): Member[] => {
      const spread = spreads[at] ?? null;
      return spread === null ? [] : [{ sample: samples[at]!, spread, margin }];
    });
  const compared = arms.flatMap(({ isCompared, loss, factors }, index) =>
    isCompared ? [{ loss, factors, index }] : [],
  );
  const members = membersOf(compared.map(({ index }) => index));
  if (members.length === 0) return null;
  const level = levelOf(
    compared.some(({ loss }) => loss !== null),
    metrics,
  );
  const dfOf = armDegreesOf(arms, measured);
  const lossOfArm = (sd: number, accepted: number) => {
    const scale = sd * scaleOf(accepted, measured);
    return found({ level: level / members.length, df: dfOf(accepted), least: margin / 2, scale });
  };
  const fewest = Math.min(...members.map(({ sample }) => sample.accepted.length));
  const sds = members.map(({ spread }) => spread.sd);
  const typical = Math.sqrt(mean(sds.map((sd) => sd ** 2)) ?? 0);
  const df = dfOf(fewest);
  const groups = groupsOf(compared).flatMap((group) => {
    const own = membersOf(group.members.map((at) => compared[at]!.index));
    return own.length === 0 ? [] : [own];
  });
  const ofGroups = groups.flatMap((own) => lossOfGroup(own, measured, level / groups.length) ?? []);
  return {
    arms: members.length,
    accepted: fewest,
    measured,
    arm: {
      typical: lossOfArm(typical, fewest),
      least: lossOfArm(Math.min(...sds), fewest),
      most: lossOfArm(Math.max(...sds), fewest),
    },
    group: ofGroups.length === 0 ? null : { least: Math.min(...ofGroups), most: Math.max(...ofGroups) },
    all: members.length < 2 ? null : lossOfGroup(members, measured, level),
    settling: (quantile(0.95, df) + quantile(0.9, df)) * typical * scaleOf(fewest, measured),
  };
}

/** ν = d₀/2 + B + n - 2 of an arm's test, at most as many as all arms together will have. */
function armDegreesOf(arms: readonly QualityArm[], measured: number) {
  const prior = priorOfArms(arms.map(({ metric }) => metric));
  const before = (accepted: number) => Math.max(0, accepted - 1);
  const total = arms.reduce(
    (sum, { metric, isCompared }) => sum + before(metric.accepted.length) + (isCompared ? measured - 1 : 0),
    0,
  );
  return (accepted: number) => Math.min(shareOfPrior * (prior?.df ?? 0) + before(accepted) + measured - 1, total);
}

/** The loss of every arm of a group; null: its seed means do not spread. */
function lossOfGroup(members: readonly Member[], measured: number, level: number): number | null {
  const { accepted } = seedMeans(members);
  const { value, df } = pooledVariance(numbers(accepted));
  if (!(value > 1e-24)) return null;
  const perUnit = mean(members.map(({ spread }) => 1 / spread.sd)) ?? 0;
  const least = (mean(members.map(({ margin, spread }) => margin / spread.sd)) ?? 0) / 2;
  const scale = Math.sqrt(value) * scaleOf(accepted.length, measured);
  return found({ level, df: df + measured - 1, least, scale }) / perUnit;
}

interface Test {
  level: number;
  df: number;
  /** The estimate that is asked for beside significance. */
  least: number;
  /** Standard error. */
  scale: number;
}

function found({ level, df, least, scale }: Test): number {
  return scale * effectFound({ critical: quantile(1 - level, df), df, least: least / scale }, statedPower);
}
