import { type FinishedRecord, gatedMetric, gatedValue } from '../../harness/record.ts';
import { gainOf, metricOf } from '../../harness/spec/metrics.ts';
import { mean, measuredOnly } from '../../harness/statistics/moments.ts';
import { type BaselineEntry, valueOfEntry } from '../baseline.ts';
import type { AcceptedArm } from '../quality/accepted-arm.ts';
import type { Judgement } from '../quality/estimate.ts';
import type { ArmJudgement } from '../quality/judge.ts';
import { changeNumber, changeText, changeUnit, counted, valueText } from '../wording.ts';
import { type Finding, isComputed, type Lane, numbersOf, sameEnvironment, shown } from './lane.ts';
import { learnedBound } from './learned.ts';

/** What the quality lane sees of one cell. */
export interface QualityCase {
  record: FinishedRecord;
  /** Of its seed; null: the arm was accepted with other seeds. */
  entry: BaselineEntry | null;
  arm: AcceptedArm;
  /** How its arm compares; null: it could not be tested. */
  judgement: ArmJudgement | null;
  /** δ, in the metric's unit. */
  margin: number;
  /** Whether the profile is too short to ask for more than that it learned at all. */
  asksLearned: boolean;
}

/** Whether the arm still trains as well as it was accepted. */
export const quality: Lane<QualityCase> = (cell) => {
  const { record, entry } = cell;
  const finding = answer(cell);
  if (finding === null || entry === null || sameEnvironment({ record, entry })) return finding;
  return { ...finding, reason: `${finding.reason} Another environment than the accepted one: no bits to compare.` };
};

const answer: Lane<QualityCase> = (cell) => {
  const { record, entry, judgement, arm } = cell;
  if (record.status === 'diverged') return lostSeed(cell);
  if (entry !== null && isComputed({ record, entry })) return computed(cell, entry);
  if (arm.entries.every(({ status }) => status === 'diverged')) return recovered(cell);
  if (cell.asksLearned) return learned(cell);
  return judgement === null ? untested(cell) : tested(cell, judgement);
};

/**
 * A seed that diverged where the accepted ones did not never passes. Which of the two it is, code or machine, only the
 * accepted commit tells, run here.
 */
const lostSeed: Lane<QualityCase> = ({ record, entry, arm }) => {
  const metric = gatedMetric(record);
  const lostOf = (seeds: readonly { status: string }[]) => seeds.filter(({ status }) => status === 'diverged').length;
  const [before, now] = [lostOf(arm.entries), lostOf(arm.records)];
  const expected = entry === null ? meanOf(arm.entries.map(valueOfEntry)) : valueOfEntry(entry);
  const numbers = { quantity: metric, expected, measured: gatedValue(record), bound: null };
  const shares = `${before} of ${counted(arm.entries.length, 'accepted seed')} did, ${now} of ${arm.records.length} now`;
  if (now * arm.entries.length <= before * arm.records.length) {
    return { verdict: 'pass', lane: 'quality', reason: `diverged: ${shares}.`, ...numbers };
  }
  const remedy =
    'Run this cell here with the accepted commit: where that diverges too, the environment did it, not the code.';
  const reason = `diverged, expected ${metric} ${shown(metric, expected)}, measured ${shown(metric, numbers.measured)}: `;
  const verdict = before === 0 ? 'regressed' : 'inconclusive';
  return { verdict, lane: 'quality', reason: `${reason}${shares}. ${remedy}`, ...numbers };
};

const recovered: Lane<QualityCase> = ({ record }) => {
  const [metric, measured] = [gatedMetric(record), gatedValue(record)];
  const reason = `measured ${metric} ${shown(metric, measured)}, where the accepted seeds diverged. To keep it: accept.`;
  return { verdict: 'better', lane: 'quality', reason, quantity: metric, expected: null, measured, bound: null };
};

/** There is no chance in it, so that there is nothing to test: a change beyond the margin is one. */
function computed({ record, margin }: QualityCase, entry: BaselineEntry): Finding {
  const { quantity: metric, expected, measured } = numbersOf({ record, entry });
  const gain = gainOf(metric, measured ?? 0) - gainOf(metric, expected ?? 0);
  const verdict = exceeds(-gain, margin) ? 'regressed' : exceeds(gain, margin) ? 'better' : 'pass';
  const reason = `${comparison(metric, expected, measured)}, computed without chance; margin ${sizeText(metric, margin)}).`;
  const bound = expected === null ? null : lossBound(metric, expected, margin);
  return { verdict, lane: 'quality', reason, quantity: metric, expected, measured, bound };
}

const learned: Lane<QualityCase> = ({ record, arm, margin }) => {
  const metric = gatedMetric(record);
  const [expected, measured] = meansOf(arm);
  if (expected === null || measured === null) return null;
  const bound = learnedBound(metric, expected) ?? lossBound(metric, expected, margin);
  const isLearned = !exceeds(gainOf(metric, bound) - gainOf(metric, measured), 0);
  const reason =
    `${comparison(metric, expected, measured)}, ${seedsOf(arm)}; this profile asks only whether it learned: ` +
    `${valueText(metric, bound)} at ${metricOf(metric).better === 'higher' ? 'least' : 'most'}).`;
  const verdict = isLearned ? 'pass' : 'regressed';
  return { verdict, lane: 'quality', reason, quantity: metric, expected, measured, bound };
};

const untested: Lane<QualityCase> = ({ record, arm }) => {
  const metric = gatedMetric(record);
  const [expected, measured] = meansOf(arm);
  const reason =
    `${comparison(metric, expected, measured)}, ${seedsOf(arm)}): no arm has two seeds, accepted or of this run, so that ` +
    'nothing tells how much one spreads. Run it with --seeds 3, and accept as many.';
  return { verdict: 'inconclusive', lane: 'quality', reason, quantity: metric, expected, measured, bound: null };
};

function tested({ record, arm, margin }: QualityCase, { call, metric: own, loss }: ArmJudgement): Finding {
  const metric = gatedMetric(record);
  const [expected, measured] = meansOf(arm);
  const limits = `loss at most ${sizeText(metric, own.largestLoss)} with 95 %, margin ${sizeText(metric, margin)}`;
  const byMetric = `${comparison(metric, expected, measured)}, ${seedsOf(arm)}; ${pText(own)}; ${limits}).`;
  const bound = expected === null ? null : lossBound(metric, expected, margin);
  const finding = { lane: 'quality', quantity: metric, expected, measured, bound } as const;
  if (call !== 'regressed') return { ...finding, verdict: call, reason: `${byMetric}${remedies[call]}` };
  if (own.call === 'regressed') return { ...finding, verdict: call, reason: `${byMetric}${remedies.regressed}` };
  const [before, now] = [arm.entries, arm.records].map((seeds) => meanOf(seeds.map((seed) => seed.train_loss)));
  const reason =
    `train_loss rose from ${before?.toPrecision(4)} to ${now?.toPrecision(4)} (${pText(loss ?? own)}), beside ${byMetric}` +
    remedies.regressed;
  const numbers = { quantity: 'train_loss', expected: before ?? null, measured: now ?? null, bound: null };
  return { lane: 'quality', verdict: call, reason, ...numbers };
}

const remedies = {
  regressed: ' Find the change that did it, or accept it.',
  better: ' To keep it as what is expected: accept.',
  pass: '',
  inconclusive: ' More seeds decide: --seeds.',
} as const;

/** `accuracy expected 55.00 %, measured 52.00 % (-3.00 points`: the bracket is left open. */
function comparison(metric: string, expected: number | null, measured: number | null): string {
  const change = expected === null || measured === null ? '' : changeText(metric, measured - expected);
  return `${metric} expected ${shown(metric, expected)}, measured ${shown(metric, measured)} (${change}`;
}

function seedsOf({ entries, records }: AcceptedArm): string {
  const completed = (of: readonly { status: string }[]) => of.filter(({ status }) => status === 'completed').length;
  return `${counted(completed(records), 'seed')} against ${completed(entries)} accepted`;
}

function pText({ p }: Judgement): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** A size in the metric's unit, without a plus: `4.00 points`. */
function sizeText(metric: string, size: number): string {
  return `${changeNumber(metric, size).replace('+', '')} ${changeUnit(metric)}`.trimEnd();
}

/** The value that is worse than `expected` by the margin. */
function lossBound(metric: string, expected: number, margin: number): number {
  return metricOf(metric).better === 'higher' ? expected - margin : expected + margin;
}

/** Means of the gated metric over the completed seeds, accepted and measured. */
function meansOf({ entries, records }: AcceptedArm): [number | null, number | null] {
  const completed = <T extends { status: string }>(of: readonly T[]) =>
    of.filter(({ status }) => status === 'completed');
  return [meanOf(completed(entries).map(valueOfEntry)), meanOf(completed(records).map(gatedValue))];
}

function meanOf(values: readonly (number | null)[]): number | null {
  return mean(measuredOnly(values));
}

/** `difference > margin`, where rounding of the means does not count as a difference. */
export function exceeds(difference: number, margin: number): boolean {
  return difference - margin > 1e-9;
}
