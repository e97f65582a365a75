import { alarms, type CellRecord, passes, unaccepted, type Verdict } from '../harness/record.ts';
import { escapeXml } from './render/xml.ts';
import type { ReportInput } from './report-input.ts';

/**
 * junit.xml: a test case for each cell that was to be run, for each verdict that is of none of them, and for each gap in
 * the run. Cells that failed, regressed or miss a check of exactness fail, and so does what the run fails for; those
 * without a record, and gaps, are errors; what else could not be judged is skipped. What drifted or is better passes, and
 * says so.
 */
export function renderJunit(input: ReportInput): string {
  const { suite, profile, records, missing, gaps, verdicts, fails } = input;
  const byId = new Map(verdicts.flatMap((verdict) => (verdict.id === null ? [] : [[verdict.id, verdict] as const])));
  const ofRecords = new Set(records.map(({ id }) => id));
  const others = verdicts.filter(({ id }) => id === null || !ofRecords.has(id));
  const cases = [
    ...records.map((record) => caseOf(record, byId.get(record.id), fails)),
    ...others.map((verdict) => otherCase(verdict, fails)),
    ...missing.map(missingCase),
    ...gaps.map(gapCase),
  ];
  const counted = (tag: CaseResult['tag']) => cases.filter(({ result }) => result?.tag === tag).length;
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const counts = `tests="${cases.length}" failures="${counted('failure')}" errors="${counted('error')}"`;
  const name = attribute('name', `${suite}.${profile}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds.toFixed(3)}">`,
    `  <testsuite ${name} ${counts} skipped="${counted('skipped')}" time="${seconds.toFixed(3)}">`,
    ...cases.map((each) => renderCase(`${suite}.${profile}`, each)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface Case {
  name: string;
  /** Null: not known, since nothing ran. */
  kind: string | null;
  seconds: number;
  /** Null: the case passed. */
  result: CaseResult | null;
  /** What to say of a case that passed; null: nothing. */
  remark: string | null;
}

type Fails = ReportInput['fails'];

interface CaseResult {
  tag: 'failure' | 'error' | 'skipped';
  type: string;
  reason: string;
}

function caseOf(record: CellRecord, verdict: Verdict | undefined, fails: Fails): Case {
  const { cell: name, kind, seconds } = record;
  return { name, kind, seconds, result: resultOf(record, verdict, fails), remark: remarkOf(verdict) };
}

/** An entry of the baseline that is no cell any more, or a group of arms. */
function otherCase(verdict: Verdict, fails: Fails): Case {
  return {
    name: verdict.cell,
    kind: null,
    seconds: 0,
    result: resultOfVerdict(verdict, fails),
    remark: remarkOf(verdict),
  };
}

function remarkOf(verdict: Verdict | undefined): string | null {
  return verdict?.verdict === 'drift' || verdict?.verdict === 'better' ? `${verdict.verdict}: ${verdict.reason}` : null;
}

function missingCase(cell: string): Case {
  const reason = `${cell}: was planned, but has no record. Run the suite again: it goes on where it stopped.`;
  return { name: cell, kind: null, seconds: 0, remark: null, result: { tag: 'error', type: 'missing', reason } };
}

function gapCase(reason: string, at: number): Case {
  return { name: `gap ${at + 1}`, kind: null, seconds: 0, remark: null, result: { tag: 'error', type: 'gap', reason } };
}

/** An unchecked cell passes unless it failed; divergence alone is judged by the check. */
function resultOf(record: CellRecord, verdict: Verdict | undefined, fails: Fails): CaseResult | null {
  const ofVerdict = verdict === undefined ? null : resultOfVerdict(verdict, fails);
  if (ofVerdict?.tag === 'failure') return ofVerdict;
  if (record.status === 'failed') return { tag: 'failure', type: 'failed', reason: record.error };
  const missed = record.checks.filter((check) => !passes(check));
  if (missed.length > 0) {
    const reasons = missed.map(
      ({ name, expected, measured, tolerance }) =>
        `${name} expected ${expected}, measured ${measured ?? 'nothing'}, tolerance ${tolerance}`,
    );
    return { tag: 'failure', type: 'exactness', reason: `${record.cell}: ${reasons.join('; ')}` };
  }
  return ofVerdict;
}

function resultOfVerdict({ verdict, reason }: Verdict, fails: Fails): CaseResult | null {
  if (alarms.some((name) => name === verdict)) return { tag: 'failure', type: verdict, reason };
  const isUnaccepted = unaccepted.some((name) => name === verdict);
  if (!isUnaccepted && verdict !== 'inconclusive') return null;
  const isFailure = isUnaccepted ? fails?.unaccepted : fails?.inconclusive;
  return { tag: isFailure === true ? 'failure' : 'skipped', type: verdict, reason };
}

function renderCase(classname: string, { name, kind, seconds, result, remark }: Case): string {
  const properties =
    kind === null ? '' : `<properties><property name="kind" ${attribute('value', kind)}/></properties>`;
  return (
    `    <testcase ${attribute('classname', classname)} ${attribute('name', name)} ` +
    `time="${seconds.toFixed(3)}">${properties}${result ? outcomeOf(result) : spoken(remark)}</testcase>`
  );
}

function spoken(remark: string | null): string {
  return remark === null ? '' : `<system-out>${escapeXml(remark)}</system-out>`;
}

/** The reason stands twice: some readers show the attribute, others the element's text. */
function outcomeOf({ tag, type, reason }: CaseResult): string {
  // The schema gives a skipped case no type.
  const kind = tag === 'skipped' ? '' : ` type="${type}"`;
  return `<${tag}${kind} ${attribute('message', reason)}>${escapeXml(reason)}</${tag}>`;
}

function attribute(name: string, value: string): string {
  return `${name}="${escapeXml(value)}"`;
}
