import { type CellRecord, passes, type Verdict } from '../harness/record.ts';
import { escapeXml } from './render/xml.ts';
import type { ReportInput } from './report-input.ts';

/**
 * junit.xml: a test case a cell. Cells that failed, regressed or miss a check of exactness fail; those that could not
 * be judged are skipped.
 */
export function renderJunit({ suite, profile, records, verdicts }: ReportInput): string {
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  const cases = records.map((record) => ({ record, result: resultOf(record, byId.get(record.id)) }));
  const failures = cases.filter(({ result }) => result?.tag === 'failure').length;
  const skipped = cases.filter(({ result }) => result?.tag === 'skipped').length;
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  const name = attribute('name', `${suite}.${profile}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds.toFixed(3)}">`,
    `  <testsuite ${name} ${counts} skipped="${skipped}" time="${seconds.toFixed(3)}">`,
    ...cases.map(({ record, result }) => renderCase(record, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface CaseResult {
  tag: 'failure' | 'skipped';
  reason: string;
  type: string;
}

/** Null: the case passed. An unchecked cell passes unless it failed; divergence alone is judged by the check. */
function resultOf(record: CellRecord, verdict: Verdict | undefined): CaseResult | null {
  if (verdict?.verdict === 'failed' || verdict?.verdict === 'regressed') {
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

function renderCase({ suite, profile, cell, kind, seconds }: CellRecord, result: CaseResult | null): string {
  const properties = `<properties><property name="kind" ${attribute('value', kind)}/></properties>`;
  return (
    `    <testcase ${attribute('classname', `${suite}.${profile}`)} ${attribute('name', cell)} ` +
    `time="${seconds.toFixed(3)}">${properties}${result ? outcomeOf(result) : ''}</testcase>`
  );
}

function outcomeOf({ tag, type, reason }: CaseResult): string {
  const message = attribute('message', reason);
  // The schema gives a skipped case a message only.
  return tag === 'skipped' ? `<skipped ${message}/>` : `<failure type="${type}" ${message}/>`;
}

function attribute(name: string, value: string): string {
  return `${name}="${escapeXml(value)}"`;
}
