import { regularizerLabel } from '../../baselines/arms.ts';
import { counted, points, signed } from '../../baselines/wording.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import { decayedProducts, spectralProducts } from '../../harness/spec/translation.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { valuesBySeed } from '../arm-summary.ts';
import { equalsP } from '../render/format.ts';
import type { PairedTest } from './statistics.ts';
import { holm, pairedTest, significance } from './statistics.ts';

/** The difference that one choice makes, everything else equal, paired over shared seeds. */
export interface Contrast extends PairedTest {
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

interface Kind {
  subject: string;
  axis: 'init' | 'regularizer';
  from: string;
  to: string;
}

const kinds: readonly Kind[] = [
  { subject: 'spectral against default initialization', axis: 'init', from: 'default', to: 'spectral' },
  { subject: 'independent against default initialization', axis: 'init', from: 'default', to: 'iid' },
  { subject: 'spectral against independent initialization', axis: 'init', from: 'iid', to: 'spectral' },
  { subject: 'Frobenius decay against weight decay', axis: 'regularizer', from: 'weight-decay', to: 'frobenius-decay' },
  { subject: 'crs against weight decay', axis: 'regularizer', from: 'weight-decay', to: 'crs' },
  { subject: 'Frobenius decay against crs', axis: 'regularizer', from: 'crs', to: 'frobenius-decay' },
  {
    subject: 'Frobenius decay against none of the factors',
    axis: 'regularizer',
    from: 'no-factor-decay',
    to: 'frobenius-decay',
  },
  { subject: 'weight decay against none', axis: 'regularizer', from: 'none', to: 'weight-decay' },
  { subject: 'Frobenius decay against none', axis: 'regularizer', from: 'none', to: 'frobenius-decay' },
  ...partsOf(spectralProducts, 'spectral').map((to): Kind => {
    return { subject: `${to} against default initialization`, axis: 'init', from: 'default', to };
  }),
  ...partsOf(decayedProducts, 'frobenius-decay').map((to): Kind => {
    return { subject: `${to} against weight decay`, axis: 'regularizer', from: 'weight-decay', to };
  }),
];

/** Of some of a Transformer's products alone. */
function partsOf(products: object, whole: string): string[] {
  return Object.keys(products).filter((name) => name !== whole);
}

/** Each initialization against the default one at each regularizer, and each regularizer against the others at each initialization. */
export function contrastsOf(arms: readonly ArmSummary[]): Contrast[] {
  const found = kinds.flatMap((kind) =>
    arms
      .filter((arm) => arm[kind.axis] === kind.to)
      .flatMap((to) => {
        const from = arms.find((arm) => arm[kind.axis] === kind.from && keyWithout(kind, arm) === keyWithout(kind, to));
        return from ? [contrast(kind, from, to)] : [];
      }),
  );
  const adjusted = holm(found.map(({ test }) => test.p));
  return found.map(({ kind, setting, test, leftOut }, i) => {
    const adjustedP = adjusted[i] ?? null;
    const reading = readingOf(kind.subject, setting, test, adjustedP, leftOut);
    return { difference: `${kind.to} - ${kind.from}`, setting, ...test, leftOut, adjustedP, reading };
  });
}

/** Equal for arms whose configurations differ in the axis at most; without a regularizer, λ means nothing. */
function keyWithout({ axis, from }: Kind, arm: ArmSummary): string {
  const { training, ...config } = arm.records[0]!.config;
  const decay = from === 'none' ? null : training.decay;
  return canonicalJson({ ...config, training: { ...training, decay }, seed: null, [axis]: null });
}

function contrast(kind: Kind, from: ArmSummary, to: ArmSummary) {
  const before = valuesBySeed(from);
  const after = valuesBySeed(to);
  const differences = [...after].flatMap(([seed, value]) => {
    const reference = before.get(seed);
    return reference === undefined ? [] : [value - reference];
  });
  const seeds = new Set([...from.records, ...to.records].map((record) => record.seed));
  const { model, dataset, method, budget } = to;
  const others =
    kind.axis === 'init' ? regularizerLabel(to) : `${to.init} init${to.decay === null ? '' : `, λ ${to.decay}`}`;
  const share = method === 'dense' ? '' : `, budget ${budget}`;
  const setting = `${model} on ${dataset}, ${method}${share}, ${others}`;
  return { kind, setting, test: pairedTest(differences), leftOut: seeds.size - differences.length };
}

function readingOf(
  subject: string,
  setting: string,
  test: PairedTest,
  adjustedP: number | null,
  leftOut: number,
): string {
  const lost = leftOut > 0 ? ` ${counted(leftOut, 'seed')} left out, for lack of a completed pair.` : '';
  if (test.mean === null) return `${subject} (${setting}): no seed completed in both arms.${lost}`;
  const effect = `${subject} (${setting}): ${points(test.mean)}`;
  const seeds = counted(test.n, 'seed');
  if (test.n < 2) return `${effect} at ${seeds}; one seed cannot tell an effect from chance.${lost}`;
  if (test.p === null || test.interval === null || adjustedP === null) {
    return `${effect} at ${seeds}; all differences are equal, so no test is possible.${lost}`;
  }
  const [low, high] = test.interval.map((bound) => signed(100 * bound, 2));
  const interval = `[${low}, ${high}] (95 % interval)`;
  const p = `Holm-adjusted p ${equalsP(adjustedP)}`;
  if (adjustedP <= significance) return `${effect} ${interval}, significant at ${seeds} (${p}).${lost}`;
  return `${effect} ${interval}, not distinguishable from zero at ${seeds} (${p}).${lost}`;
}
