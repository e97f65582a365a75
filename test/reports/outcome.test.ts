import { expect, it } from 'vitest';
import { outcomeOf } from '../../reports/outcome.ts';
import { renderHtml } from '../../reports/report.ts';
import { renderSummary } from '../../reports/summary.ts';
import { report } from '../helpers/markdown.ts';
import { fixtureRecord, fixtureVerdict } from '../helpers/records.ts';

const record = fixtureRecord();
const verdictsOf = (...names: ('reproduced' | 'regressed' | 'inconclusive')[]) =>
  names.map((name) => fixtureVerdict(record, name));

it.each([
  ['all well', verdictsOf('reproduced'), [], [], 'passed'],
  ['a missing cell', verdictsOf('reproduced'), ['a'], [], 'incomplete'],
  ['a missing cell and one that was not judged', verdictsOf('inconclusive'), ['a'], [], 'incomplete'],
  ['a gap', verdictsOf('reproduced'), [], ['Not planned: x'], 'incomplete'],
  ['a regression beside a missing cell', verdictsOf('regressed'), ['a'], [], 'regressed'],
  ['no check', [], [], [], null],
  ['no check and a missing cell', [], ['a'], [], 'incomplete'],
] as const)('of %s', (_, verdicts, missing, gaps, outcome) => {
  expect(outcomeOf({ verdicts, missing, gaps })).toBe(outcome);
});

const partial = {
  title: 'Compression',
  suite: 'compression',
  profile: 'smoke',
  records: [record],
  missing: ['a', 'b', 'c', 'd', 'e', 'f'],
  gaps: ['Not planned: my.js exports no method'],
  verdicts: verdictsOf('reproduced'),
  notes: [],
};

it('of a part of a run is never passed, and says what is missing: all in the report, five in the summary', async () => {
  const [summary, markdown, html] = [renderSummary(partial), report(partial), await renderHtml(partial)];
  const check = 'Check against the baseline: incomplete. 1 reproduced, 6 without a record, 1 gap.';
  for (const text of [summary, markdown, html]) {
    expect(text).toContain('7 cells planned, 1 with a record');
    expect(text).toContain(check);
    expect(text).toContain('Not planned: my.js exports no method');
    expect(text).not.toMatch(/: passed\.|>passed</);
  }
  expect(summary).toContain('\n  without a record: a, b, c, d, e and 1 more\n');
  expect(markdown).toMatch(/Without a record:\n\n- a\n- b\n- c\n- d\n- e\n- f\n/);
  expect(html).toContain('<span class="badge incomplete">incomplete</span>');
});
