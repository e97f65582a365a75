import { summarizeVerdicts } from '../../baselines/check.ts';
import { counted, valueText } from '../../baselines/wording.ts';
import type { Verdict } from '../../harness/record.ts';
import { alarms, unaccepted, verdictNames } from '../../harness/record.ts';
import { metricNames } from '../../harness/spec/metrics.ts';
import { outcomeOf } from '../outcome.ts';
import type { Block, Section } from '../render/document.ts';
import { list, table, text } from '../render/document.ts';
import { orDash, whole } from '../render/format.ts';
import type { ReportInput } from '../report-input.ts';

/** Verdicts that a reader must look at, the worst first. */
const alarming = [...alarms, ...unaccepted, 'inconclusive', 'drift', 'better'] as const;

/** The verdicts in brief, then every cell without a record, and every verdict that says more than that a cell passed. */
export function verdictSection(input: ReportInput): Section {
  const blocks = [text(coverage(input)), text(verdictCounts(input)), ...missingBlocks(input.missing)];
  if (input.gaps.length > 0) blocks.push(text('The run is not whole:'), list([...input.gaps]));
  return { heading: 'Summary', blocks: [...blocks, ...alarmBlocks(input.verdicts)] };
}

/** Every cell without a record, and every verdict that says more than that a cell passed. */
export function verdictBlocks(verdicts: readonly Verdict[], missing: readonly string[]): Block[] {
  return [...missingBlocks(missing), ...alarmBlocks(verdicts)];
}

function missingBlocks(missing: readonly string[]): Block[] {
  return missing.length === 0 ? [] : [text('Without a record:'), list([...missing])];
}

function alarmBlocks(verdicts: readonly Verdict[]): Block[] {
  const alarms = alarmsOf(verdicts);
  if (alarms.length === 0) return [];
  const columns = [
    { name: 'verdict', cell: (v: Verdict) => v.verdict },
    { name: 'lane', cell: (v: Verdict) => v.lane },
    { name: 'cell', cell: (v: Verdict) => v.cell },
    { name: 'expected', cell: (v: Verdict) => plain(v, v.expected), numeric: true },
    { name: 'measured', cell: (v: Verdict) => plain(v, v.measured), numeric: true },
    { name: 'reason', cell: reasonAlone },
  ];
  return [table(alarms, columns)];
}

/** The verdicts that a reader must look at, the worst first. */
export function alarmsOf(verdicts: readonly Verdict[]): Verdict[] {
  return alarming.flatMap((name) => verdicts.filter(({ verdict }) => verdict === name));
}

/** `24 cells planned, 23 have a record: 22 completed, 0 diverged, 1 failed.` */
export function coverage({ records, missing }: ReportInput): string {
  const count = (status: string) => records.filter((record) => record.status === status).length;
  const statuses = `${count('completed')} completed, ${count('diverged')} diverged, ${count('failed')} failed`;
  return `${counted(records.length + missing.length, 'cell')} planned, ${records.length} with a record: ${statuses}.`;
}

/** `Check against the baseline: incomplete. 20 reproduced, 4 without a record.` */
export function verdictCounts(input: ReportInput): string {
  const { verdicts, missing, gaps } = input;
  if (verdicts.length === 0) return 'Not checked against a baseline.';
  const { counts } = summarizeVerdicts(verdicts);
  const parts = verdictNames.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${name}`);
  if (missing.length > 0) parts.push(`${missing.length} without a record`);
  if (gaps.length > 0) parts.push(counted(gaps.length, 'gap'));
  return `Check against the baseline: ${outcomeOf(input)}. ${parts.join(', ')}.`;
}

/** The reason without the cell's name, which has a column of its own. */
function reasonAlone({ cell, reason }: Verdict): string {
  return reason.startsWith(`${cell}: `) ? reason.slice(cell.length + 2) : reason;
}

/**
 * A verdict's number: a metric's value as people know it, a count, or six significant digits of what else is compared.
 */
function plain({ quantity }: Verdict, value: number | null): string {
  return orDash(value, (number) => {
    if (quantity !== null && metricNames().includes(quantity)) return valueText(quantity, number);
    return Number.isInteger(number) ? whole(number) : String(Number(number.toPrecision(6)));
  });
}
