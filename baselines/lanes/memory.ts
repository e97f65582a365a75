import type { FinishedRecord } from '../../harness/record.ts';
import { mean, measuredOnly, median } from '../../harness/statistics/moments.ts';
import type { BaselineEntry } from '../baseline.ts';
import type { AcceptedArm } from '../quality/accepted-arm.ts';
import { fewestLaunches } from '../speed/judge-launches.ts';
import { onSameMachine } from '../speed/launch-arms.ts';
import { percent } from '../wording.ts';
import type { Finding } from './lane.ts';
import { asksOnlyLearning } from './learned.ts';

/** Below, memory of one program differs from process to process. */
const leastTolerance = 0.02;
/** Of the accepted spread. */
const share = 1.5;
/** Of the median of all arms' spreads: no arm's counts for less, as three launches may lie close by chance. */
const typicalShare = 1.5;
/** What a profile that asks only whether networks learned allows: its few seconds of training settle in nothing. */
const shortTolerance = 0.25;

/** What processes of one arm held at most on this machine, in bytes. */
interface Peaks {
  accepted: number[];
  measured: number[];
}

/** How the resident peaks of an arm compare. */
export interface ArmMemory {
  expected: number;
  measured: number;
  /** As a fraction of what is expected, either way. */
  tolerance: number;
}

/**
 * Compares the mean resident peak of each arm with the accepted one of the same machine: either way by at most max(2 %,
 * 1.5 x the spread of the accepted launches), where the spread is their range over their mean: the arm's own, or half as
 * much again as is typical of all arms.
 *
 * @returns in the order of the arms; null: not measured, or fewer than three launches accepted
 */
export function judgeMemory(arms: readonly AcceptedArm[]): (ArmMemory | null)[] {
  const machine = arms.flatMap(({ records }) => records.filter(isWhole))[0];
  const peaks = arms.map((arm) => peaksOf(arm, machine));
  const ranges = peaks.map(({ accepted }) => (accepted.length < fewestLaunches ? null : rangeOf(accepted)));
  const known = ranges.filter((range) => range !== null);
  const typical = known.length === 0 ? 0 : median(known);
  return peaks.map(({ accepted, measured }, at) => {
    const range = ranges[at] ?? null;
    if (range === null || measured.length === 0) return null;
    const [expected, now] = [mean(accepted)!, mean(measured)!];
    const isShort = arms[at]!.records.some(({ profile }) => asksOnlyLearning(profile));
    const least = isShort ? shortTolerance : leastTolerance;
    return { expected, measured: now, tolerance: Math.max(least, share * Math.max(range, typicalShare * typical)) };
  });
}

/** Whether an arm's processes hold more, or less, memory than accepted; null where they do not. */
export function memory({ expected, measured, tolerance }: ArmMemory): Finding | null {
  const change = measured / expected - 1;
  if (Math.abs(change) <= tolerance) return null;
  const way = change > 0 ? 'more' : 'less';
  return {
    verdict: 'regressed',
    lane: 'memory',
    reason:
      `resident peak expected ${megabytes(expected)}, measured ${megabytes(measured)}: ${percent(Math.abs(change), 1)} ` +
      `${way}, tolerance ${percent(tolerance, 1)}. Find the change that did it, or accept it.`,
    quantity: 'rss_peak_bytes',
    expected,
    measured,
    bound: expected * tolerance,
  };
}

/** @param machine a record of the machine whose processes compare; undefined: nothing was measured */
function peaksOf({ entries, records }: AcceptedArm, machine: FinishedRecord | undefined): Peaks {
  if (machine === undefined) return { accepted: [], measured: [] };
  const peaks = (of: readonly (BaselineEntry | FinishedRecord)[]) =>
    measuredOnly(of.filter((one) => onSameMachine(one, machine)).map((one) => one.rss_peak_bytes));
  return {
    accepted: peaks(entries.filter(({ status }) => status === 'completed')),
    measured: peaks(records.filter(isWhole)),
  };
}

/** Whether one process computed the whole cell: one that went on from a checkpoint shows but a part. */
function isWhole({ status, resumed_points: resumed }: FinishedRecord): boolean {
  return status === 'completed' && resumed === undefined;
}

function rangeOf(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / mean(values)!;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
