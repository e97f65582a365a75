import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { summarizeArms } from '../../reports/arms/arm-summary.ts';
import { renderJunit } from '../../reports/junit.ts';
import { imageReport } from '../../reports/kinds/image.ts';
import { plotsOf } from '../../reports/plots/plots.ts';
import { drawSvg } from '../../reports/render/svg.ts';
import { renderMarkdown } from '../../reports/report.ts';
import { renderCsv } from '../../reports/results-csv.ts';
import { madeUpRecords } from '../helpers/made-up-records.ts';
import { emptyRun } from '../helpers/markdown.ts';
import { failedRecord, fixtureVerdict } from '../helpers/records.ts';
import { fixtureRun } from '../helpers/run.ts';

/** Reports to the byte: what changes in them is seen in a change's own lines. */

const records = [
  ...fixtureRun(3).filter(({ config }) => (config as unknown as { budget: number }).budget !== 0.05),
  failedRecord('the worker <ended>\nwith "code" 1', { method: 'snip' }),
];
const verdicts = records.map((record, i) =>
  fixtureVerdict(record, i === 1 ? 'regressed' : 'pass', { reason: `${record.cell}: because & so` }),
);
const run = { ...emptyRun, records, verdicts, missing: ['a.seed-0'], notes: ['A <note>.'] };

it('Markdown', () => expect(renderMarkdown(run)).toMatchFileSnapshot('golden/report.md'));
it('CSV', () => expect(renderCsv(records)).toMatchFileSnapshot('golden/results.csv'));
it('JUnit', () => expect(renderJunit(run)).toMatchFileSnapshot('golden/junit.xml'));
it('JUnit fits its schema, which a wrong file does not', async () => {
  const schema = await readFile(new URL('junit.xsd', import.meta.url), 'utf8');
  const checked = (contents: string) => validateXML({ xml: { fileName: 'junit.xml', contents }, schema });
  expect(await checked(renderJunit(run))).toMatchObject({ valid: true, errors: [] });
  expect((await checked(renderJunit(run).replace('<testcase ', '<case '))).valid).toBe(false);
});
it('a plot', async () => {
  const { curves, colour, dash } = imageReport;
  const arms = summarizeArms(records);
  const lookOf = (arm: (typeof arms)[number]) => ({ hue: colour(arm, arms), dash: dash(arm, arms) });
  const plot = plotsOf(arms, { curves, lookOf }).find(({ part }) => part === 'seeds')!;
  await expect(await drawSvg(plot.spec)).toMatchFileSnapshot('golden/seeds.svg');
});

it('Markdown of 500 cells has less than 60 kB, and folds what few ask for', () => {
  const markdown = renderMarkdown({ ...emptyRun, records: [...madeUpRecords(500, 4)] });
  expect(Buffer.byteLength(markdown)).toBeLessThan(60_000);
  const folded = markdown.match(/<details><summary>/g)?.length ?? 0;
  expect(folded).toBeGreaterThan(3);
  expect(markdown.match(/<\/details>/g)).toHaveLength(folded);
  expect(markdown).toMatch(/\d+ further rows are in report\.html\./);
});
