import type { CellRecord, Verdict } from '../../harness/record.ts';
import type { ReportInput } from '../report-input.ts';
import { escapeXml } from './xml.ts';

/** junit.xml: a test case a cell; failed and regressed cells fail, cells that could not be judged are skipped. */
export function renderJunit({ suite, profile, records, verdicts }: ReportInput): string {
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  const cases = records.map((record) => ({ record, result: resultOf(record, byId.get(record.id)) }));
  const failures = cases.filter(({ result }) => result?.tag === 'failure').length;
  const skipped = cases.filter(({ result }) => result?.tag === 'skipped').length;
  const seconds = records.reduce((sum, record) => sum + (record.seconds ?? 0), 0);
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
  if (!verdict) {
    if (record.status !== 'failed') return null;
    return { tag: 'failure', type: 'failed', reason: record.error ?? 'no error message was recorded' };
  }
  const { verdict: type, reason } = verdict;
  if (type === 'failed' || type === 'regressed') return { tag: 'failure', type, reason };
  if (type === 'inconclusive' || type === 'no-baseline') return { tag: 'skipped', type, reason };
  return null;
}

function renderCase({ suite, profile, cell, seconds }: CellRecord, result: CaseResult | null): string {
  const time = `time="${(seconds ?? 0).toFixed(3)}"`;
  const open = `    <testcase ${attribute('classname', `${suite}.${profile}`)} ${attribute('name', cell)} ${time}`;
  if (!result) return `${open}/>`;
  const message = attribute('message', result.reason);
  // The schema gives a skipped case a message only.
  const body = result.tag === 'skipped' ? `<skipped ${message}/>` : `<failure type="${result.type}" ${message}/>`;
  return `${open}>${body}</testcase>`;
}

function attribute(name: string, value: string): string {
  return `${name}="${escapeXml(value)}"`;
}
