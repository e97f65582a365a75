import { counted } from '../../baselines/wording.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import { tunedConfigurationOf } from '../../harness/cell-id.ts';
import type { BaseConfig, FactorValue } from '../../harness/spec/words.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { holm, significance } from '../../harness/statistics/holm.ts';
import { equalsP } from '../render/format.ts';
import { gainInterval, gainText } from '../render/metric-text.ts';
import { byPlace } from './arm-groups.ts';
import type { ArmSummary } from './arm-summary.ts';
import { type ArmTest, comparisonWithin, intervalOf, twoSidedP } from './arm-test.ts';
import { isTuned, placeOf, settingText } from './coordinates.ts';
import { lanePairs, lanesOf } from './tuning-lanes.ts';

/** Two values of a factor that are compared wherever everything else is equal. */
export interface ContrastSpec<C extends BaseConfig = BaseConfig> {
  /** What is compared, in a sentence: `spectral against default initialization`. */
  subject: string;
  factor: string;
  from: FactorValue;
  to: FactorValue;
  /** What of a configuration must be equal; left out: all but the seed and the field of the factor's name. */
  rest?(config: C): unknown;
}

/** The gain that one choice makes, everything else equal, as the tests of arms see it. */
export interface Contrast extends ArmTest {
  metric: string;
  /** What is compared: `spectral - default`. */
  choice: string;
  /** Under which other choices: `resnet-20 on cifar-10, low-rank, budget 0.1, weight-decay`; of tuned arms `..., tuned`. */
  setting: string;
  /** The factor whose values are compared. */
  factor: string;
  /** Seeds of either arm left out: diverged, failed, or run in one arm only. */
  leftOut: number;
  /** Two-sided. */
  p: number | null;
  /** p corrected over all contrasts shown together (Holm). */
  adjustedP: number | null;
  /** One sentence. */
  reading: string;
}

/** What tuning buys an arm. */
const tuning: ContrastSpec = {
  subject: 'tuned against shared learning rate and λ',
  factor: 'tuning',
  from: 'shared',
  to: 'tuned',
};

/**
 * Every contrast that the arms of a kind allow, in the order of `specs`, then what tuning changes, tested among all arms
 * of the model and data set. Both arms of a contrast are of one lane; in the tuned one each has its own learning rate and
 * λ.
 */
export function contrastsOf(arms: readonly ArmSummary[], specs: readonly ContrastSpec[]): Contrast[] {
  const compare = comparisonByPlace(arms);
  const pairs = [
    ...specs.flatMap((spec) => lanesOf(arms).flatMap((lane) => pairsOf(spec, lane.arms))),
    ...lanePairs(arms).map(({ shared, tuned }): Pair => ({ spec: tuning, from: shared, to: tuned })),
  ];
  const found = pairs.map((pair) => contrastOf(pair, compare));
  const adjusted = holm(found.map(({ p }) => p));
  return found.map(({ spec: { subject, factor, from, to }, ...pair }, i) => {
    const adjustedP = adjusted[i] ?? null;
    const { metric, setting, test, p, leftOut } = pair;
    const reading = readingOf({ ...pair, subject, adjustedP });
    return { metric, choice: `${to} - ${from}`, factor, setting, ...test, p, leftOut, adjustedP, reading };
  });
}

/** Two arms that differ in what a contrast is of. */
interface Pair<A = ArmSummary> {
  spec: ContrastSpec;
  from: A;
  to: A;
}

/** The arms that a contrast compares. */
export function pairsOf<A extends Pick<ArmSummary, 'config' | 'factors'>>(
  spec: ContrastSpec,
  arms: readonly A[],
): Pair<A>[] {
  const valued = (value: FactorValue) =>
    arms.filter((arm) => factorOf(arm, spec.factor) === value).map((arm) => ({ arm, rest: restOf(spec, arm) }));
  // Of several with the same rest the first.
  const before = new Map(
    valued(spec.from)
      .reverse()
      .map(({ arm, rest }) => [rest, arm]),
  );
  return valued(spec.to).flatMap(({ arm, rest }) => {
    const from = before.get(rest);
    return from ? [{ spec, from, to: arm }] : [];
  });
}

type CompareArms = (left: ArmSummary, right: ArmSummary) => ArmTest;

function comparisonByPlace(arms: readonly ArmSummary[]): CompareArms {
  const compares = [...byPlace(arms).values()].flatMap((members) => {
    const compare = comparisonWithin(members);
    return members.map((arm) => [arm, compare] as const);
  });
  const byArm = new Map(compares);
  return (left, right) => {
    const compare = byArm.get(left);
    if (!compare || compare !== byArm.get(right)) throw new Error('contrastsOf: two arms of different places');
    return compare(left, right);
  };
}

/** Equal for arms that a contrast may compare: tuned ones may differ in learning rate and λ. */
export function restOf({ factor, rest }: ContrastSpec, arm: Pick<ArmSummary, 'config' | 'factors'>): string {
  const others = rest ? rest(arm.config) : { ...arm.config, seed: null, [factor]: null };
  return isTuned(arm) ? tunedConfigurationOf(others as BaseConfig) : canonicalJson(others);
}

function contrastOf({ spec, from, to }: Pair, compare: CompareArms) {
  const test = compare(to, from);
  const seeds = new Set([...from.records, ...to.records].map((record) => record.seed));
  const setting = [placeOf(to), settingText(to, [spec.factor])].filter((part) => part !== '').join(', ');
  return { spec, metric: to.metric, setting, test, p: twoSidedP(test), leftOut: seeds.size - test.n };
}

interface Reading {
  metric: string;
  subject: string;
  setting: string;
  test: ArmTest;
  adjustedP: number | null;
  leftOut: number;
}

function readingOf({ metric, subject, setting, test, adjustedP, leftOut }: Reading): string {
  const lost = leftOut > 0 ? ` ${counted(leftOut, 'seed')} left out, for lack of a completed pair.` : '';
  if (test.difference === null) return `${subject} (${setting}): no seed completed in both arms.${lost}`;
  const effect = `${subject} (${setting}): ${gainText(metric, test.difference)}`;
  const seeds = counted(test.n, 'seed');
  if (test.n < 2) return `${effect} at ${seeds}; one seed cannot tell an effect from chance.${lost}`;
  const bounds = intervalOf(test);
  if (bounds === null || adjustedP === null) {
    return `${effect} at ${seeds}; nothing spreads over the seeds, so no test is possible.${lost}`;
  }
  const interval = `${gainInterval(metric, bounds)} (95 % interval)`;
  const p = `Holm-adjusted p ${equalsP(adjustedP)}`;
  if (adjustedP <= significance) return `${effect} ${interval}, significant at ${seeds} (${p}).${lost}`;
  return `${effect} ${interval}, not distinguishable from zero at ${seeds} (${p}).${lost}`;
}
