import { counted } from '../../baselines/wording.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import type { BaseConfig, FactorValue } from '../../harness/spec/words.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { equalsP } from '../render/format.ts';
import { gainInterval, gainText } from '../render/metric-text.ts';
import type { PairedTest } from '../statistics/statistics.ts';
import { holm, pairedTest, significance } from '../statistics/statistics.ts';
import { type ArmSummary, gainsOf } from './arm-summary.ts';
import { placeOf, settingText } from './coordinates.ts';

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

/** The gain that one choice makes, everything else equal, paired over shared seeds. */
export interface Contrast extends PairedTest {
  metric: string;
  /** What is compared: `spectral - default`. */
  difference: string;
  /** Under which other choices: `resnet-20 on cifar-10, low-rank, budget 0.1, weight-decay`. */
  setting: string;
  /** Seeds of either arm left out: diverged, failed, or run in one arm only. */
  leftOut: number;
  /** p corrected over all contrasts shown together (Holm). */
  adjustedP: number | null;
  /** One sentence. */
  reading: string;
}

/** Every contrast that the arms of a kind allow, in the order of `specs`. */
export function contrastsOf(arms: readonly ArmSummary[], specs: readonly ContrastSpec[]): Contrast[] {
  const found = specs.flatMap((spec) => {
    const valued = (value: FactorValue) =>
      arms
        .filter((arm) => factorOf(arm, spec.factor) === value)
        .map((arm) => ({ arm, rest: canonicalJson(restOf(spec, arm.config)) }));
    const before = valued(spec.from);
    return valued(spec.to).flatMap(({ arm, rest }) => {
      const from = before.find((other) => other.rest === rest);
      return from ? [compare(spec, from.arm, arm)] : [];
    });
  });
  const adjusted = holm(found.map(({ test }) => test.p));
  return found.map(({ spec: { subject, from, to }, ...pair }, i) => {
    const adjustedP = adjusted[i] ?? null;
    const { metric, setting, test, leftOut } = pair;
    const reading = readingOf({ ...pair, subject, adjustedP });
    return { metric, difference: `${to} - ${from}`, setting, ...test, leftOut, adjustedP, reading };
  });
}

function restOf({ factor, rest }: ContrastSpec, config: BaseConfig): unknown {
  return rest ? rest(config) : { ...config, seed: null, [factor]: null };
}

function compare(spec: ContrastSpec, from: ArmSummary, to: ArmSummary) {
  const [before, after] = [gainsOf(from), gainsOf(to)];
  const differences = [...after].flatMap(([seed, gain]) => {
    const reference = before.get(seed);
    return reference === undefined ? [] : [gain - reference];
  });
  const size = Math.max(0, ...[...before.values(), ...after.values()].map(Math.abs));
  const seeds = new Set([...from.records, ...to.records].map((record) => record.seed));
  const setting = [placeOf(to), settingText(to, spec.factor)].filter((part) => part !== '').join(', ');
  const test = pairedTest(differences, size);
  return { spec, metric: to.metric, setting, test, leftOut: seeds.size - differences.length };
}

interface Reading {
  metric: string;
  subject: string;
  setting: string;
  test: PairedTest;
  adjustedP: number | null;
  leftOut: number;
}

function readingOf({ metric, subject, setting, test, adjustedP, leftOut }: Reading): string {
  const lost = leftOut > 0 ? ` ${counted(leftOut, 'seed')} left out, for lack of a completed pair.` : '';
  if (test.mean === null) return `${subject} (${setting}): no seed completed in both arms.${lost}`;
  const effect = `${subject} (${setting}): ${gainText(metric, test.mean)}`;
  const seeds = counted(test.n, 'seed');
  if (test.n < 2) return `${effect} at ${seeds}; one seed cannot tell an effect from chance.${lost}`;
  if (test.p === null || test.interval === null || adjustedP === null) {
    return `${effect} at ${seeds}; all differences are equal, so no test is possible.${lost}`;
  }
  const interval = `${gainInterval(metric, test.interval)} (95 % interval)`;
  const p = `Holm-adjusted p ${equalsP(adjustedP)}`;
  if (adjustedP <= significance) return `${effect} ${interval}, significant at ${seeds} (${p}).${lost}`;
  return `${effect} ${interval}, not distinguishable from zero at ${seeds} (${p}).${lost}`;
}
