import { describe, expect, it } from 'vitest';
import type { CellRecord } from '../../harness/record.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { summarizeArms } from '../../reports/arms/arm-summary.ts';
import { isDense, laneOf } from '../../reports/arms/coordinates.ts';
import { imageReport } from '../../reports/kinds/image.ts';
import {
  budgetPoints,
  curvePoints,
  meanPoints,
  plotGroups,
  plotLanes,
  seedPoints,
} from '../../reports/plots/plot-data.ts';
import { type LookOf, metricAxis } from '../../reports/plots/plot-style.ts';
import { plotsOf } from '../../reports/plots/plots.ts';
import { drawSvg } from '../../reports/render/svg.ts';
import { renderHtml } from '../../reports/report.ts';
import { tunedRecords } from '../helpers/arms.ts';
import { emptyRun } from '../helpers/markdown.ts';
import { unfolded, withoutScript } from '../helpers/page.ts';
import { failedRecord, fixturePoint, fixtureRecord, fixtureVerdict } from '../helpers/records.ts';
import { fixtureRun } from '../helpers/run.ts';

const { curves, colour, dash } = imageReport;
const lookOf: LookOf = (arm) => ({ hue: colour(arm, []), dash: dash(arm, []) });
const options = { curves, lookOf };

describe('the page', () => {
  it('holds every plot and asks nothing of the network', async () => {
    const html = unfolded(await renderHtml({ ...emptyRun, records: fixtureRun(3) }));
    expect(html.match(/<svg /g)).toHaveLength(6);
    for (const title of [
      'Accuracy, ',
      'Test accuracy by epoch, ',
      'Effective learning rate by epoch, ',
      'Balance of factors by epoch, ',
      'Accuracy by parameters kept, ',
      'Accuracy against cost, ',
    ]) {
      expect(html).toContain(`<h3>${title}resnet-20 on generated`);
    }
    const addresses = html.match(/\w+:\/\/[^"'\s)]+/g) ?? [];
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']));
    expect(html).not.toMatch(/<(link|img|iframe)|<script[^>]* src|@import|url\(/);
    expect(withoutScript(html)).not.toMatch(/NaN|undefined/);
  });

  it('draws a dot for every seed', async () => {
    const arms = summarizeArms([0, 1, 2].map((seed) => fixtureRecord({ value: 0.5 + seed / 10 }, { seed })));
    const scores = plotsOf(arms, options).find(({ part }) => part === 'seeds')!;
    expect((await drawSvg(scores.spec)).match(/M3\.\d,0A/g)).toHaveLength(3);
  });

  it('escapes all text', async () => {
    const records = [failedRecord('<script>alert("x")</script>')];
    const verdicts = [fixtureVerdict(records[0]!, 'failed', { reason: '<b>reason</b>' })];
    const html = await renderHtml({ ...emptyRun, title: 'a < b & "c"', records, verdicts, notes: ['<i>note</i>'] });
    expect(html).toContain('<title>a &lt; b &amp; &quot;c&quot;</title>');
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(withoutScript(unfolded(html))).not.toMatch(/<script|<b>|<i>/);
  });

  it('escapes names in plots too', async () => {
    const record = { ...fixtureRecord(), factors: [{ name: 'method', value: '<script>alert(1)</script>&"' }] };
    const html = unfolded(await renderHtml({ ...emptyRun, records: [record] }));
    expect(html).toContain('<svg ');
    expect(html).toContain('&lt;script&gt;alert(1)');
    expect(withoutScript(html)).not.toContain('<script');
  });

  it('is read out: landmarks, tables with captions and headed columns, drawings by their titles', async () => {
    const html = unfolded(await renderHtml({ ...emptyRun, records: [fixtureRecord()] }));
    expect(html).toMatch(
      /<body>\n<header>\n<h1>[\s\S]*<\/header>\n<main>\n<section id="summary" aria-label="Summary">/,
    );
    const count = (part: RegExp) => html.match(part)?.length ?? 0;
    expect(count(/<table[^>]*>\n<caption>[^<]+<\/caption>/g)).toBe(count(/<table/g));
    expect(count(/<th scope="col"/g)).toBe(count(/<th[ >]/g));
    expect(count(/<svg role="img" aria-label="[^"<]+" /g)).toBe(count(/<svg /g));
    expect(count(/<svg /g)).toBeGreaterThan(0);
  });

  it('is written without plots when every cell failed', async () => {
    const html = await renderHtml({ ...emptyRun, records: [failedRecord('boom')] });
    expect(html).not.toContain('<svg');
    expect(html).toContain('0 completed, 0 diverged, 1 failed');
  });

  it.each([
    ['regressed', 'regressed'],
    ['pass', 'passed'],
    ['no-baseline', 'unaccepted'],
    ['inconclusive', 'inconclusive'],
  ] as const)('shows %s as %s', async (verdict, outcome) => {
    const records = [fixtureRecord({ curve: [] })];
    const html = await renderHtml({
      ...emptyRun,
      records,
      verdicts: records.map((record) => fixtureVerdict(record, verdict)),
    });
    expect(html).toContain(`<span class="badge ${outcome}">${outcome}</span>`);
  });
});

describe('plots of many methods', () => {
  const methods = ['snip', 'set', 'magnitude'];
  const sparse = methods.flatMap((method) =>
    [0.1, 0.05].map((budget) => fixtureRecord({ macs: 8e6 * budget, ratio: budget }, { method, budget })),
  );
  const plots = plotsOf(summarizeArms([...fixtureRun(2), ...sparse]), options);

  it('have a panel a method, and one a regularizer where it has several', async () => {
    const plot = plots.find(({ title }) => title.startsWith('Accuracy by parameters kept'))!;
    const svg = await drawSvg(plot.spec);
    const panels = [...svg.matchAll(/aria-label="Title text '([^']*)'"/g)].map(([, title]) => title);
    expect(panels).toEqual([
      'low-rank, none',
      'low-rank, weight-decay',
      'low-rank, frobenius-decay',
      'magnitude',
      'set',
      'snip',
    ]);
    // Two budgets a line: 2 x 2 points in each low-rank panel, 2 in each other one.
    expect(svg.match(/A2\.\d,2\.\d,0,1,1,[^"]*" fill="#/g)).toHaveLength(3 * 4 + 3 * 2);
  });

  it('share no identifier, as they stand in one page', async () => {
    for (const { spec } of plots) expect(await drawSvg(spec)).not.toMatch(/ id="/);
  });

  it('draw no line through a single budget', () => {
    const one = summarizeArms(fixtureRun(2).filter((record) => factorOf(record, 'budget') !== 0.05));
    expect(plotsOf(one, options).filter(({ title }) => title.startsWith('Accuracy by'))).toEqual([]);
  });
});

describe('the plotted data', () => {
  it('are means with Student-t intervals', () => {
    const records = [
      ...[0.5, 0.6, 0.7].map((value, seed) => fixtureRecord({ value }, { seed })),
      fixtureRecord({}, { method: 'dense', budget: 1 }),
    ];
    const [point, ...others] = budgetPoints(summarizeArms(records), lookOf);
    expect(others).toEqual([]);
    expect(point).toMatchObject({ method: 'low-rank', ratio: 0.1003 });
    expect(point?.value).toBeCloseTo(60, 10);
    expect(point?.high).toBeCloseTo(60 + (4.302_653 * 10) / Math.sqrt(3), 4);
    expect(point?.low).toBeCloseTo(60 - (4.302_653 * 10) / Math.sqrt(3), 4);
  });

  it('group arms by budget, each with the dense arms', () => {
    const groups = plotLanes(summarizeArms(fixtureRun(1))).flatMap(plotGroups);
    expect(groups.map(({ panel, arms, dense }) => [panel, arms.length, dense.length])).toEqual([
      ['budget 0.1', 6, 2],
      ['budget 0.05', 6, 2],
    ]);
  });

  it('hold the arms of one lane, with its dense arms where it has some', () => {
    const tuned = [0.1, 0.05].flatMap((budget) => tunedRecords([0.6], { budget }));
    const titles = (records: CellRecord[]) =>
      plotLanes(summarizeArms(records)).flatMap((plotLane) =>
        plotGroups(plotLane).map(({ panel, dense, arms }) => [
          `${plotLane.place}, ${panel}, ${plotLane.lane}`,
          [...dense, ...arms].map((arm) => `${isDense(arm) ? 'dense ' : ''}${laneOf(arm)}`).join(', '),
        ]),
      );
    const shared = fixtureRun(1).filter(
      (record) => factorOf(record, 'regularizer') === 'weight-decay' && factorOf(record, 'init') === 'default',
    );
    expect(titles([...shared, ...tuned])).toEqual([
      ['resnet-20 on generated, budget 0.1, shared', 'dense shared, shared'],
      ['resnet-20 on generated, budget 0.05, shared', 'dense shared, shared'],
      ['resnet-20 on generated, budget 0.1, tuned', 'dense shared, tuned'],
      ['resnet-20 on generated, budget 0.05, tuned', 'dense shared, tuned'],
    ]);
    const dense = tunedRecords([0.8], { method: 'dense', budget: 1 });
    expect(titles([...shared, ...tuned, ...dense]).slice(2)).toEqual([
      ['resnet-20 on generated, budget 0.1, tuned', 'dense tuned, tuned'],
      ['resnet-20 on generated, budget 0.05, tuned', 'dense tuned, tuned'],
    ]);
    const captions = (records: CellRecord[]) =>
      plotsOf(summarizeArms(records), { curves: [], lookOf }).flatMap(({ title, caption }) =>
        title.includes('parameters kept') ? [`${title}: ${caption}`] : [],
      );
    expect(captions([...shared, ...tuned])).toEqual([
      expect.stringMatching(/^Accuracy by parameters kept, resnet-20 on generated, shared: .*mean of its arms\.$/),
      expect.stringMatching(/resnet-20 on generated, tuned: .*mean of its arms, which are not tuned\.$/),
    ]);
    expect(captions([...shared, ...tuned, ...dense])[1]).toMatch(/mean of its arms\.$/);
  });

  it('show dense arms alone where there are no others', () => {
    const records = fixtureRun(1).filter(isDense);
    const groups = plotLanes(summarizeArms(records)).flatMap(plotGroups);
    expect(groups.map(({ panel, dense, arms }) => [panel, dense.length, arms.length])).toEqual([['all budgets', 0, 2]]);
  });

  it('hold every completed seed and its mean ± deviation', () => {
    const lost = fixtureRecord({ status: 'diverged', value: 0.1 }, { seed: 2 });
    const arms = summarizeArms([fixtureRecord({ value: 0.5 }), fixtureRecord({ value: 0.7 }, { seed: 1 }), lost]);
    expect(seedPoints(arms, lookOf).map(({ value }) => value)).toEqual([50, 70]);
    const [point] = meanPoints(arms, lookOf);
    expect(point?.mean).toBeCloseTo(60, 10);
    expect(point?.low).toBeCloseTo(60 - 10 * Math.SQRT2, 10);
    expect(point?.high).toBeCloseTo(60 + 10 * Math.SQRT2, 10);
  });

  it('average curves over the seeds, only at epochs that all of them measured', () => {
    const curve = (values: (number | null)[]) =>
      values.map((value, i) => fixturePoint(i + 1, { test_accuracy: value }));
    const records = [curve([0.2, 0.4, 0.6]), curve([0.4, null])].map((c, seed) =>
      fixtureRecord({ curve: c }, { seed }),
    );
    const accuracy = { value: 'test_accuracy', title: 'Test accuracy', axis: metricAxis('accuracy') };
    const points = curvePoints(summarizeArms(records), accuracy, lookOf);
    expect(points.map(({ at }) => at)).toEqual([1]);
    expect(points[0]?.value).toBeCloseTo(30, 10);
  });

  it('go through the epochs that were tested, and mark them where there are few', () => {
    const curve = Array.from({ length: 60 }, (_, i) => {
      const { values, ...point } = fixturePoint(i + 1, { test_accuracy: (i + 1) / 100 });
      const { test_accuracy, ...others } = values;
      return { ...point, values: (i + 1) % 20 === 0 ? { ...others, test_accuracy: test_accuracy! } : others };
    });
    const arms = summarizeArms([fixtureRecord({ curve })]);
    const accuracy = { value: 'test_accuracy', title: 'Test accuracy', axis: metricAxis('accuracy') };
    const rate = { value: 'effective_learning_rate', title: 'Rate', axis: metricAxis('accuracy') };
    expect(curvePoints(arms, accuracy, lookOf).map(({ at, value }) => [at, value])).toEqual([
      [20, 20],
      [40, 40],
      [60, 60],
    ]);
    const shown = curvePoints(arms, rate, lookOf);
    expect(shown).toHaveLength(48);
    expect([shown[0]?.at, shown.at(-1)?.at]).toEqual([1, 60]);
    const marks = (drawn: typeof accuracy) => {
      const plot = plotsOf(arms, { curves: [drawn], lookOf }).find(({ title }) => title.startsWith(drawn.title));
      return JSON.stringify(plot!.spec).includes('"type":"point"');
    };
    expect([marks(accuracy), marks(rate)]).toEqual([true, false]);
  });
});
