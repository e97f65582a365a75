import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../reports/junit.ts';
import { escapeXml } from '../../reports/render/xml.ts';
import { failedRecord, fixtureRecord, fixtureVerdict } from '../helpers/records.ts';

const run = { title: 'Compression', suite: 'compression', profile: 'smoke', missing: [], gaps: [], notes: [] };
const names = ['reproduced', 'pass', 'drift', 'regressed', 'inconclusive', 'no-baseline', 'failed'] as const;

it('fails failed and regressed cells, skips what could not be judged, passes the rest', () => {
  const records = names.map((_, seed) => fixtureRecord({}, { seed }));
  const verdicts = records.map((record, i) => fixtureVerdict(record, names[i]!, { reason: `because ${names[i]}` }));
  const xml = renderJunit({ ...run, records, verdicts });
  expect(xml).toContain(
    '<testsuite name="compression.smoke" tests="7" failures="2" errors="0" skipped="2" time="87.500">',
  );
  const lines = xml.split('\n').filter((line) => line.includes('<testcase'));
  expect(lines).toHaveLength(7);
  for (const i of [0, 1, 2])
    expect(lines[i]).toMatch(
      /seed-\d" time="12.500"><properties>.*<\/properties>(<system-out>drift: .*<\/system-out>)?<\/testcase>$/,
    );
  expect(lines[3]).toContain(
    '<failure type="regressed" message="because regressed">because regressed</failure></testcase>',
  );
  expect(lines[4]).toContain('<skipped message="because inconclusive">because inconclusive</skipped>');
  expect(lines[5]).toContain('<skipped message="because no-baseline">because no-baseline</skipped>');
  expect(lines[6]).toContain('<failure type="failed" message="because failed">because failed</failure>');
});

describe('what the run fails for', () => {
  const record = fixtureRecord();
  const group = { ...fixtureVerdict(record, 'regressed'), id: null, cell: 'all arms (3 arms)', reason: 'worse' };
  const gone = { ...fixtureVerdict(record, 'removed'), id: 'gone', cell: 'gone.seed-0', reason: 'not planned' };
  const render = (
    verdicts: Parameters<typeof renderJunit>[0]['verdicts'],
    fails = { unaccepted: false, inconclusive: false },
  ) => renderJunit({ ...run, records: [record], verdicts, fails });

  it('fails a cell that is not accepted, and one that is not decided', () => {
    const all = { unaccepted: true, inconclusive: true };
    for (const name of ['changed', 'other-data', 'no-baseline', 'inconclusive'] as const) {
      const verdicts = [fixtureVerdict(record, name, { reason: 'because' })];
      expect(render(verdicts)).toContain('<skipped message="because">');
      expect(render(verdicts, all)).toContain(`<failure type="${name}" message="because">`);
    }
  });

  it('has a case of its own for what is no cell of the run', () => {
    const xml = render([fixtureVerdict(record, 'pass'), gone, group]);
    expect(xml).toContain('tests="3" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('name="gone.seed-0" time="0.000"><skipped message="not planned">');
    expect(xml).toContain('name="all arms (3 arms)" time="0.000"><failure type="regressed" message="worse">');
  });

  it('says of a cell that passes that it drifted', () => {
    expect(render([fixtureVerdict(record, 'drift', { reason: 'other <weights>' })])).toContain(
      '<system-out>drift: other &lt;weights&gt;</system-out></testcase>',
    );
  });
});

it('fails a failed cell without a check', () => {
  const xml = renderJunit({ ...run, records: [failedRecord('boom'), fixtureRecord({}, { seed: 1 })], verdicts: [] });
  expect(xml).toContain('failures="1"');
  expect(xml).toContain('<failure type="failed" message="boom">boom</failure>');
});

describe('a check of exactness that fails', () => {
  const right = { name: 'trace', expected: 2, measured: 2.5, tolerance: 0.5 };
  const wrong = { name: 'norm', expected: 1, measured: 1.25, tolerance: 1e-6 };
  const lost = { name: 'rank', expected: 3, measured: null, tolerance: 0 };
  const record = fixtureRecord({ cell: 'c', checks: [right, wrong, lost] });
  const reason =
    'c: norm expected 1, measured 1.25, tolerance 0.000001; rank expected 3, measured nothing, tolerance 0';
  const failure = `<failure type="exactness" message="${reason}">${reason}</failure>`;

  it.each([
    ['without a verdict', []],
    ['beside a verdict that passes', [fixtureVerdict(record, 'pass')]],
    ['beside a verdict that would skip', [fixtureVerdict(record, 'no-baseline')]],
  ])('fails its cell %s', (_, verdicts) => {
    const xml = renderJunit({ ...run, records: [record], verdicts });
    expect(xml).toContain('failures="1" errors="0" skipped="0"');
    expect(xml).toContain(failure);
  });

  it('leaves the word to a verdict that says so', () => {
    const verdicts = [fixtureVerdict(record, 'regressed', { reason: 'norm is wrong' })];
    expect(renderJunit({ ...run, records: [record], verdicts })).toContain(
      '<failure type="regressed" message="norm is wrong">norm is wrong</failure>',
    );
  });

  it('is none where all hold', () => {
    const records = [fixtureRecord({ checks: [right] })];
    expect(renderJunit({ ...run, records, verdicts: [] })).toContain('failures="0"');
  });
});

it('has an error for each planned cell without a record, and for each other gap, with the reason as text', () => {
  const missing = ['a<b', 'c'];
  const gaps = ['Not planned: my.js exports no method'];
  const xml = renderJunit({ ...run, records: [fixtureRecord()], missing, gaps, verdicts: [] });
  expect(xml).toContain('<testsuites tests="4" failures="0" errors="3" ');
  expect(xml).toContain('<testsuite name="compression.smoke" tests="4" failures="0" errors="3" skipped="0"');
  const reason = 'was planned, but has no record. Run the suite again: it goes on where it stopped.';
  expect(xml).toContain(
    '<testcase classname="compression.smoke" name="a&lt;b" time="0.000">' +
      `<error type="missing" message="a&lt;b: ${reason}">a&lt;b: ${reason}</error></testcase>`,
  );
  expect(xml).toContain(`name="c" time="0.000"><error type="missing" message="c: ${reason}">`);
  expect(xml).toContain(
    `name="gap 1" time="0.000"><error type="gap" message="${gaps[0]}">${gaps[0]}</error></testcase>`,
  );
});

it('is the exact file of one passing cell', () => {
  const record = fixtureRecord({ cell: 'a<b' });
  expect(
    renderJunit({ ...run, records: [record], verdicts: [fixtureVerdict(record, 'pass')] }),
  ).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="0" errors="0" time="12.500">
  <testsuite name="compression.smoke" tests="1" failures="0" errors="0" skipped="0" time="12.500">
    <testcase classname="compression.smoke" name="a&lt;b" time="12.500"><properties><property name="kind" value="image"/></properties></testcase>
  </testsuite>
</testsuites>
`);
});

it.each([
  ['markup', `<a b="c">&'</a>`, '&lt;a b=&quot;c&quot;&gt;&amp;&#39;&lt;/a&gt;'],
  ['line breaks', 'a\n\r\tb', 'a&#10;&#13;&#9;b'],
  ['control characters', '\u001b[31mred\u0000\u0007', '\uFFFD[31mred\uFFFD\uFFFD'],
  ['half surrogates', 'x\uD800y\uDC00', 'x\uFFFDy\uFFFD'],
  ['non-characters', '\uFFFE\uFFFF', '\uFFFD\uFFFD'],
  ['other scripts and emoji', '日本 😀', '日本 😀'],
])('escapes %s', (_, text, escaped) => {
  expect(escapeXml(text)).toBe(escaped);
});
