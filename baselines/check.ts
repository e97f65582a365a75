import {
  alarms,
  type CellRecord,
  type FailedRecord,
  gatedMetric,
  gatedValue,
  unaccepted,
  type Verdict,
  type VerdictName,
  verdictNames,
} from '../harness/record.ts';
import { type Baseline, valueOfEntry } from './baseline.ts';
import { type CheckOptions, type Examined, examine } from './examine.ts';
import { type Gate, type Match, openGate, removedEntries, removedReason, unmatched } from './gate.ts';
import type { Finding } from './lanes/lane.ts';

/**
 * Compares records with the baseline (null: none stored): a verdict for each record of the gated set, in the records'
 * order, then one for each entry that the profile plans no more, and for each group of arms that changed.
 */
export function checkRecords(
  records: readonly CellRecord[],
  baseline: Baseline | null,
  options: CheckOptions,
): Verdict[] {
  const { cells, groups } = examine(records, baseline, options);
  const examined = new Map<CellRecord, Examined>(cells.map((cell) => [cell.record, cell]));
  const ofRecords = records.flatMap((record) => {
    const cell = examined.get(record);
    const finding = record.status === 'failed' ? failure(record, baseline) : cell && answer(cell, baseline);
    if (!finding) return [];
    return [{ id: record.id, cell: record.cell, ...finding, reason: `${record.cell}: ${finding.reason}` }];
  });
  return [...ofRecords, ...removedVerdicts(records, baseline, options.gate ?? openGate), ...groups];
}

/** What is said of a record; null: it is none of the gated set, and nothing is wrong with it. */
function answer({ record, match, findings }: Examined, baseline: Baseline | null): Finding | null {
  if (match.kind === 'entry' || match.kind === 'seed') return decide(findings);
  const [inexact] = findings;
  if (inexact !== undefined) return inexact;
  if (match.kind === 'ungated') return null;
  const numbers = { quantity: gatedMetric(record), expected: expectedOf(match), measured: gatedValue(record) };
  return { lane: 'baseline', ...unmatched(record, match, baseline), ...numbers, bound: null };
}

/** From the least to the most that a reader must know; what is wrong comes behind all of these. */
const ranking: readonly VerdictName[] = ['reproduced', 'pass', 'drift', 'better', 'inconclusive'];

/**
 * What the findings of a cell come to: the first alarm is final, or what has to be accepted first; else the one that says
 * most. What else has to be accepted is said beside an alarm; and that it drifted beside what quality says, whose numbers
 * are those to show.
 */
function decide(findings: readonly Finding[]): Finding {
  const first = (names: readonly VerdictName[]) => findings.find(({ verdict }) => names.includes(verdict));
  const [alarm, open] = [first(alarms), first(unaccepted)];
  if (alarm !== undefined && open !== undefined) return { ...alarm, reason: `${alarm.reason} Also, ${open.reason}` };
  const wrong = alarm ?? open;
  const [most] = findings.toSorted((a, b) => ranking.indexOf(b.verdict) - ranking.indexOf(a.verdict));
  const said = wrong ?? most;
  if (said === undefined) throw new Error('decide: no lane said anything; the quality lane must always answer');
  const drift = findings.find(({ verdict }) => verdict === 'drift');
  const judged = findings.find(({ lane }) => lane === 'quality');
  if (drift === undefined || judged === undefined || ![drift, judged].includes(said)) return said;
  return { ...judged, verdict: said.verdict, lane: said.lane, reason: `${judged.reason} ${drift.reason}` };
}

function removedVerdicts(records: readonly CellRecord[], baseline: Baseline | null, gate: Gate): Verdict[] {
  if (baseline === null) return [];
  const ran = new Set(records.map(({ id }) => id));
  return removedEntries(baseline, gate).flatMap((entry): Verdict[] => {
    const { id, cell, measures } = entry;
    if (ran.has(id)) return [];
    const numbers = {
      quantity: measures[0]?.metric ?? null,
      expected: valueOfEntry(entry),
      measured: null,
      bound: null,
    };
    const reason = `${cell}: ${removedReason(baseline)}`;
    return [{ id, cell, verdict: 'removed', lane: 'baseline', reason, ...numbers }];
  });
}

function failure(record: FailedRecord, baseline: Baseline | null): Finding {
  const entry = baseline?.cells.find(({ id }) => id === record.id);
  return {
    verdict: 'failed',
    lane: 'run',
    reason: `failed: ${record.error}`,
    quantity: gatedMetric(record),
    expected: entry === undefined ? null : valueOfEntry(entry),
    measured: null,
    bound: null,
  };
}

/** What was accepted of a cell whose data or configuration are others now; only of the same configuration. */
function expectedOf(match: Match): number | null {
  return match.kind === 'other-data' ? valueOfEntry(match.entry) : null;
}

export interface VerdictSummary {
  counts: Record<VerdictName, number>;
  /**
   * In a word, the worst that applies: `regressed` for anything that regressed, failed or is irreproducible;
   * `unaccepted` where cells and baseline do not meet; `inconclusive` where something could not be decided; otherwise
   * `passed`.
   */
  outcome: 'passed' | 'inconclusive' | 'unaccepted' | 'regressed';
}

/** How many verdicts there are of each name, and what that comes to. */
export function summarizeVerdicts(verdicts: readonly Verdict[]): VerdictSummary {
  const counts = Object.fromEntries(verdictNames.map((name) => [name, 0])) as Record<VerdictName, number>;
  for (const { verdict } of verdicts) counts[verdict] += 1;
  const some = (names: readonly VerdictName[]) => names.some((name) => counts[name] > 0);
  if (some(alarms)) return { counts, outcome: 'regressed' };
  if (some(unaccepted)) return { counts, outcome: 'unaccepted' };
  return { counts, outcome: some(['inconclusive']) ? 'inconclusive' : 'passed' };
}
