import { alarms, type CellRecord, passes, type Verdict } from '../harness/record.ts';
import { escapeXml } from './render/xml.ts';
import type { ReportInput } from './report-input.ts';

/**
 * junit.xml: a test case for each cell that was to be run, and for each gap in the run. Cells that
 * failed, regressed or miss a check of exactness fail; those without a record, and gaps, are errors; those that could not be
 * judged are skipped.
 */
export function renderJunit({ suite, profile, records, missing, gaps, verdicts }: ReportInput): string {
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  const cases = [
    ...records.map((record) => caseOf(record, byId.get(record.id))),
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
}

interface CaseResult {
  tag: 'failure' | 'error' | 'skipped';
  type: string;
  reason: string;
}

function caseOf(record: CellRecord, verdict: Verdict | undefined): Case {
  const { cell: name, kind, seconds } = record;
  return { name, kind, seconds, result: resultOf(record, verdict) };
}

function missingCase(cell: string): Case {
  const reason = `${cell}: was planned, but has no record. Run the suite again: it goes on where it stopped.`;
  return { name: cell, kind: null, seconds: 0, result: { tag: 'error', type: 'missing', reason } };
}

function gapCase(reason: string, at: number): Case {
  return { name: `gap ${at + 1}`, kind: null, seconds: 0, result: { tag: 'error', type: 'gap', reason } };
}

/** An unchecked cell passes unless it failed; divergence alone is judged by the check. */
function resultOf(record: CellRecord, verdict: Verdict | undefined): CaseResult | null {
  if (verdict !== undefined && alarms.some((name) => name === verdict.verdict)) {
    return { tag: 'failure', type: verdict.verdict, reason: verdict.reason };
  }
  if (record.status === 'failed') return { tag: 'failure', type: 'failed', reason: record.error };
  const missed = record.checks.filter((check) => !passes(check));
  if (missed.length > 0) {
    const reasons = missed.map(
      ({ name, expected, measured, tolerance }) =>
        `${name} expected ${expected}, measured ${measured ?? 'nothing'}, tolerance ${tolerance}`,
    );
    return { tag: 'failure', type: 'exactness', reason: `${record.cell}: ${reasons.join('; ')}` };
  }
  if (verdict?.verdict === 'inconclusive' || verdict?.verdict === 'no-baseline') {
    return { tag: 'skipped', type: verdict.verdict, reason: verdict.reason };
  }
  return null;
}

function renderCase(classname: string, { name, kind, seconds, result }: Case): string {
  const properties =
    kind === null ? '' : `<properties><property name="kind" ${attribute('value', kind)}/></properties>`;
  return (
    `    <testcase ${attribute('classname', classname)} ${attribute('name', name)} ` +
    `time="${seconds.toFixed(3)}">${properties}${result ? outcomeOf(result) : ''}</testcase>`
  );
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
