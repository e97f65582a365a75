import { expect, it } from 'vitest';
import { renderSummary } from '../../../reports/summary.ts';
import { report, section } from '../../helpers/markdown.ts';
import { failedRecord, fixtureRecord } from '../../helpers/records.ts';

const heading = 'Checks of exactness';
const right = { name: 'trace', expected: 2, measured: 2.25, tolerance: 0.5 };
const wrong = { name: 'norm of W', expected: 1 / 3, measured: 0.5, tolerance: 1e-6 };
const lost = { name: 'rank', expected: 3, measured: null, tolerance: 0 };
const records = [
  fixtureRecord({ cell: 'first', checks: [right] }),
  fixtureRecord({ cell: 'second', checks: [wrong, right, lost] }, { seed: 1 }),
  failedRecord('boom', { seed: 2 }),
];

it('shows every check of every cell, those that fail first', () => {
  const lines = section(report({ records }), heading);
  expect(lines.some((line) => line.startsWith('4 checks of exactness: 2 fail.'))).toBe(true);
  expect(lines.filter((line) => line.startsWith('| ')).slice(2)).toEqual([
    '| second | norm of W | 0.33333333 | 0.5 | 0.167 | 1.00e-6 | no |',
    '| second | rank | 3 | – | – | 0 | no |',
    '| first | trace | 2 | 2.25 | 0.25 | 0.5 | yes |',
    '| second | trace | 2 | 2.25 | 0.25 | 0.5 | yes |',
  ]);
});

it('is summed up at the end of a run', () => {
  const run = { title: 'C', suite: 'compression', profile: 'smoke', missing: [], gaps: [], verdicts: [], notes: [] };
  expect(renderSummary({ ...run, records })).toContain('\n4 checks of exactness: 2 fail.\n');
  expect(renderSummary({ ...run, records: records.slice(0, 1) })).toContain('\n1 check of exactness: all pass.\n');
});

it('is absent where nothing is checked', () => {
  expect(report({ records: [fixtureRecord()] })).not.toContain('of exactness');
});
