import { counted, someOf } from '../baselines/wording.ts';
import { metricOf } from '../harness/spec/metrics.ts';
import { byKind, byPlace } from './arms/arm-groups.ts';
import type { ArmSummary } from './arms/arm-summary.ts';
import { summarizeArms } from './arms/arm-summary.ts';
import { resultText, seriesLabel } from './arms/arm-text.ts';
import type { Best } from './arms/best-arms.ts';
import { amongText, bestOf } from './arms/best-arms.ts';
import { contestsWithDense, contestText } from './arms/contests.ts';
import { bestWord } from './render/metric-text.ts';
import type { ReportInput } from './report-input.ts';
import { checkCounts, exactChecksOf } from './sections/check-section.ts';
import { alarmsOf, coverage, verdictCounts } from './sections/verdict-section.ts';

/** Most alarming verdicts that the summary spells out; the report holds them all. */
const shownAlarms = 5;

/** What to print at the end of a run: coverage, verdicts and the worst of them, the best arm of each budget. */
export function renderSummary(input: ReportInput, arms = summarizeArms(input.records)): string {
  const [drifted, alarms] = partition(alarmsOf(input.verdicts), ({ verdict }) => verdict === 'drift');
  const more = alarms.length - shownAlarms;
  const checks = checkCounts(exactChecksOf(input.records));
  return [
    `${input.suite}, ${input.profile}: ${coverage(input)}`,
    verdictCounts(input),
    ...(input.missing.length === 0 ? [] : [`  without a record: ${someOf(input.missing)}`]),
    ...input.gaps.map((gap) => `  ${oneLine(gap)}`),
    ...(checks === null ? [] : [checks]),
    ...alarms.slice(0, shownAlarms).map(({ verdict, reason }) => `  ${verdict}: ${oneLine(reason)}`),
    ...(more > 0 ? [`  ... and ${more} more in the report`] : []),
    ...(drifted.length > 0 ? [`  drift: ${someOf(drifted.map(({ cell }) => cell))}`] : []),
    // Of a grid the held-out examples tell which point is best; its tests are not asked.
    ...(input.command === 'tune' ? [] : [...byKind(arms).values()].flatMap(bestArms)),
  ].join('\n');
}

/**
 * The best arm of each contest at each model and data set, and whether that is established; the dense arms of a lane are
 * a contest of their own.
 */
function bestArms(arms: readonly ArmSummary[]): string[] {
  return [...byPlace(arms)].flatMap(([place, members]) => {
    return contestsWithDense(members).flatMap((contest) => {
      const best = bestOf(contest.arms, contest.compare);
      const name = contestText(contest);
      const where = name === '' ? place : `${place}, ${name}`;
      return best ? [`${headOf(best.arm)}${amongText(best)}, ${where}: ${resultOf(best)}`] : [];
    });
  });
}

/** The beginning of a line: which mean of what. */
function headOf({ metric }: ArmSummary): string {
  return `${bestWord(metric) === 'highest' ? 'Highest' : 'Lowest'} mean ${metricOf(metric).title}`;
}

/** `93.59 % ± 0.21 (low-rank, spectral, frobenius-decay; 3 seeds; 4 of 18 others cannot be told from it)`. */
function resultOf({ arm, rivals, established }: Best): string {
  const open = rivals.filter(({ worse }) => !worse).length;
  const evidence = established ? 'established' : `${open} of ${counted(rivals.length, 'other')} cannot be told from it`;
  const notes = [seriesLabel(arm), counted(arm.completed.length, 'seed'), ...(rivals.length > 0 ? [evidence] : [])];
  return `${resultText(arm)} (${notes.join('; ')})`;
}

function partition<T>(of: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [of.filter(isFirst), of.filter((one) => !isFirst(one))];
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}
