import { canonicalJson } from '../../harness/canonical-json.ts';
import type { BaselineEntry } from '../baseline.ts';
import { changeText, valueText } from '../wording.ts';
import { isComputed, type Lane, numbersOf, type Pair, sameEnvironment, shown } from './lane.ts';

/**
 * What the same environment must repeat to the bit: the final weights or, without weights, every measure.
 *
 * - `reproduced`: the same bits, and the same values; another value of the same weights is `regressed`.
 * - `irreproducible`: the same program gave other bits. An operation is not repeatable, or something that decides bits is
 *   missing from the fingerprint, and no other comparison means what it says.
 * - `drift`: another program did; the lanes behind judge by how much.
 *
 * In another environment there is nothing to say.
 */
export const weights: Lane = (pair) => {
  if (!sameEnvironment(pair)) return null;
  const { record, entry } = pair;
  if (sameBits(record, entry)) return repeated(pair);
  if (entry.program === record.program) return irreproducible(pair);
  // Of what diverged nothing has drifted: that it did is for quality to say.
  if (record.status !== 'completed' || entry.status !== 'completed') return null;
  const what = isComputed(pair) ? 'measures' : 'weights';
  return {
    verdict: 'drift',
    lane: 'weights',
    reason: `Drift: another program in the same environment gave other ${what}.`,
    ...numbersOf(pair),
  };
};

type Outcome = Pick<BaselineEntry, 'status' | 'weights_digest' | 'measures'>;

/** Whether two ended alike, with the same final weights or, without weights, the same measures. */
export function sameBits(one: Outcome, other: Outcome): boolean {
  if (one.status !== other.status || one.weights_digest !== other.weights_digest) return false;
  return one.weights_digest !== null || canonicalJson(one.measures) === canonicalJson(other.measures);
}

const repeated: Lane = (pair) => {
  const numbers = numbersOf(pair);
  const { quantity: metric, measured } = numbers;
  const [other] = otherValues(pair);
  if (other === undefined) {
    const what = isComputed(pair) ? 'every measure as in the baseline' : "weights bit-identical to the baseline's";
    const diverged = pair.record.status === 'diverged' ? 'diverged, as the baseline did' : null;
    const reason = diverged ?? `${what}, ${metric} ${shown(metric, measured)}`;
    return { verdict: 'reproduced', lane: 'weights', reason: `${reason}.`, ...numbers };
  }
  const { quantity, expected, is, told } = other;
  return {
    verdict: 'regressed',
    lane: 'weights',
    reason:
      `${told}, though the weights are bit-identical to the baseline's: the record or the baseline was altered, or the ` +
      'evaluation or the choice of an epoch changed.',
    ...numbers,
    quantity,
    expected,
    measured: is,
  };
};

interface OtherValue {
  quantity: string;
  expected: number;
  is: number;
  /** `accuracy expected 81.20 %, measured 80.10 % (-1.10 points)` */
  told: string;
}

/** What equal weights give otherwise: measures, in their order, at the end and at the chosen epoch; the training loss. */
function otherValues({ record, entry }: Pair): OtherValue[] {
  const before = new Map(entry.measures.map((measure) => [measure.metric, measure]));
  const measures = record.measures.flatMap(({ metric, value, best }) =>
    [
      { name: metric, expected: before.get(metric)?.value ?? null, is: value },
      { name: `${metric} at the chosen epoch`, expected: before.get(metric)?.best ?? null, is: best },
    ].flatMap(({ name, expected, is }): OtherValue[] => {
      if (expected === null || is === null || expected === is) return [];
      const told =
        `${name} expected ${valueText(metric, expected)}, measured ${valueText(metric, is)} ` +
        `(${changeText(metric, is - expected)})`;
      return [{ quantity: metric, expected, is, told }];
    }),
  );
  const [expected, is] = [entry.train_loss, record.train_loss];
  if (expected === null || is === null || expected === is) return measures;
  return [
    ...measures,
    { quantity: 'train_loss', expected, is, told: `train_loss expected ${expected}, measured ${is}` },
  ];
}

const irreproducible: Lane = (pair) => {
  const numbers = numbersOf(pair);
  const { quantity: metric, expected, measured } = numbers;
  const [was, is] = [pair.entry, pair.record].map(({ weights_digest }) => weights_digest?.slice(0, 16) ?? 'none');
  return {
    verdict: 'irreproducible',
    lane: 'weights',
    reason:
      `the same program in the same environment gave weights ${was} in the baseline, ${is} now; ` +
      `${metric} ${shown(metric, expected)} then, ${shown(metric, measured)} now. Look for an operation that does not ` +
      'repeat, or for what the fingerprint lacks.',
    ...numbers,
  };
};
