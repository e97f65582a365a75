import { expect, it } from 'vitest';
import type { CellRecord, FinishedRecord } from '../../harness/record.ts';
import { methodOf } from '../../reports/arms/coordinates.ts';
import { renderHtml, renderMarkdown } from '../../reports/report.ts';
import { renderSummary } from '../../reports/summary.ts';
import { armRecords } from '../helpers/arms.ts';
import { unfolded, withoutScript } from '../helpers/page.ts';
import { failedRecord } from '../helpers/records.ts';

/** A comparison of many methods that was cut short, or went wrong: the report says what it can, and no more. */

const run = { title: 'Compression', suite: 'compression', profile: 'smoke', verdicts: [], gaps: [], notes: [] };
const values = [0.61, 0.6, 0.63];

const dense = armRecords(values, { method: 'dense', budget: 1 });
const lowRank = [0.4, 0.1].flatMap((budget) =>
  armRecords(values, { init: 'spectral', regularizer: 'frobenius-decay', budget }, { ratio: budget }),
);
const sparse = ['snip', 'set', 'magnitude'].flatMap((method) =>
  [0.4, 0.1].flatMap((budget) =>
    armRecords([0.6, 0.58, 0.6], { method, budget }, { ratio: budget, parameters: 269722, nonzero_parameters: 26972 }),
  ),
);
const all = [...dense, ...lowRank, ...sparse];

const withValue = (record: FinishedRecord, value: number): FinishedRecord => ({
  ...record,
  measures: [{ metric: 'accuracy', value, best: null }],
});
const uncounted = { ratio: null, weight_ratio: null, parameters: null, nonzero_parameters: null, macs: null };
const runs: [string, CellRecord[]][] = [
  ['whole', all],
  ['one seed', all.filter(({ seed }) => seed === 0)],
  ['seeds of some arms only', all.filter((record) => record.seed === 0 || methodOf(record) === 'snip')],
  ['no dense arm', [...lowRank, ...sparse]],
  ['no low-rank arm', [...dense, ...sparse]],
  ['sparse arms alone', sparse],
  ['one arm', armRecords(values, { method: 'snip' })],
  [
    'diverged seeds',
    [
      ...dense,
      ...lowRank,
      ...armRecords([0.5, null, null], { method: 'snip' }),
      ...armRecords([null, null, null], { method: 'set' }),
    ],
  ],
  ['failed arms', [...all, ...['rigl', 'dsr'].map((method) => failedRecord('boom', { method }))]],
  ['nothing but failures', ['rigl', 'dsr'].map((method) => failedRecord('boom', { method }))],
  ['equal values', all.map((record) => withValue(record, 0.5))],
  ['values of 0 and 1', all.map((record) => withValue(record, record.seed % 2))],
  ['nothing counted', all.map((record) => ({ ...record, ...uncounted, training_macs: null, training_passes: null }))],
  ['no operations', all.map((record) => ({ ...record, macs: 0, training_macs: 0 }))],
  ['no curves', all.map((record) => ({ ...record, curve: [] }))],
  ['no record', []],
];

it.each(runs)('a run of %s is reported without holes, alike in Markdown and HTML', async (_, records) => {
  const input = { ...run, records, missing: ['a', 'b'] };
  const [markdown, html] = [renderMarkdown(input), unfolded(await renderHtml(input))];
  for (const text of [markdown, html, renderSummary(input)])
    expect(withoutScript(text)).not.toMatch(/NaN|undefined|Infinity/);
  expect(markdown).not.toMatch(/null/);
  const headings = [...markdown.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  const shown = [...html.matchAll(/<h2>(.*)<\/h2>/g)].map(([, heading]) => heading);
  const drawn = ['Plots', 'Seed by seed', 'Curves', 'Cells'];
  expect(shown.filter((heading) => !drawn.includes(heading!))).toEqual(headings);
});
