import { describe, expect, it } from 'vitest';
import { armLabelOf } from '../../harness/cell-name.ts';
import { summarizeArms } from '../../reports/arms/arm-summary.ts';
import { comparisonWithin } from '../../reports/arms/arm-test.ts';
import { bestOf } from '../../reports/arms/best-arms.ts';
import { contestsOf } from '../../reports/arms/contests.ts';
import { contrastsOf } from '../../reports/arms/contrasts.ts';
import { methodOf } from '../../reports/arms/coordinates.ts';
import { paretoOf } from '../../reports/arms/pareto.ts';
import { generalReport } from '../../reports/kinds/general.ts';
import { addKindReport, kindReportOf } from '../../reports/kinds/registry.ts';
import { budgetPoints, scoreDomain } from '../../reports/plots/plot-data.ts';
import type { LookOf } from '../../reports/plots/plot-style.ts';
import { plotsOf } from '../../reports/plots/plots.ts';
import { drawSvg } from '../../reports/render/svg.ts';
import { renderHtml } from '../../reports/report.ts';
import { contrastSection } from '../../reports/sections/contrast-section.ts';
import { renderSummary } from '../../reports/summary.ts';
import { report, section } from '../helpers/markdown.ts';
import { density, language, otherRecord, unsized } from '../helpers/other-kinds.ts';
import { unfolded, withoutScript } from '../helpers/page.ts';
import { fixtureRun } from '../helpers/run.ts';
import { translationRecord } from '../helpers/translation-records.ts';

/** Records of the kind that perplexity scores: three seeds an arm, of spreads that differ. */
function perplexities(method: string, level: number, budget?: number, macs = 1e6) {
  return [0, 1, 2].map((seed) => {
    const value = level + [0.3, -0.2, 0.1][(seed + method.length) % 3]!;
    const factors = budget === undefined ? {} : { budget };
    const sizes = { macs, nonzero_parameters: 1000 * (budget ?? 1), parameters: 1000 * (budget ?? 1) };
    return otherRecord(
      { kind: language, method, seed, factors, model: 'lstm' },
      { perplexity: value, model_log_likelihood: -value, valid_loss: null },
      { ...sizes, ratio: budget ?? 1 },
    );
  });
}

function likelihoods(method: string, sigma: number, values: readonly number[]) {
  return values.map((value, seed) =>
    otherRecord({ kind: density, method, seed, factors: { sigma } }, { model_log_likelihood: value }, unsized),
  );
}

const language3 = [
  ...perplexities('dense', 170, undefined, 4e6),
  ...perplexities('low-rank', 180, 0.25),
  ...perplexities('snip', 195, 0.25),
  ...perplexities('low-rank', 210, 0.1, 5e5),
  ...perplexities('snip', 230, 0.1, 5e5),
];
const nats = [
  ...likelihoods('flow', 0.1, [-33.1, -33.3, -33.2]),
  ...likelihoods('flow', 0.5, [-30.2, -30.1, -30.3]),
  ...likelihoods('kernel', 0.1, [-40.5, -40.1, -40.2]),
];
const lookOf: LookOf = (arm) => ({
  hue: generalReport.colour(arm, summarizeArms(language3)),
  dash: generalReport.dash(arm, summarizeArms(language3)),
});

describe('a metric of which less is better', () => {
  const arms = summarizeArms(language3);
  const markdown = report({ records: language3 });

  it('makes the lowest mean the best, and tests in that direction', () => {
    const group = arms.filter((arm) => methodOf(arm) !== 'dense' && arm.means.ratio === 0.25);
    const best = bestOf(group, comparisonWithin(group))!;
    expect(methodOf(best.arm)).toBe('low-rank');
    expect(best.established).toBe(true);
    // A gain of 15: positive, as statistics see it.
    expect(best.rivals[0]?.test.difference).toBeCloseTo(15, 9);
    expect(comparisonWithin(group)(group[1]!, group[0]!).t).toBeLessThan(0);
  });

  it('says lowest in words, and shows differences of its own sign', () => {
    const lines = section(markdown, 'Best method per budget');
    expect(lines.join('\n')).toContain('Lower perplexity is better: a negative difference is a gain.');
    expect(lines.some((line) => line.includes('Budget 0.25: low-rank has the lowest mean; established'))).toBe(true);
    expect(
      lines.some((line) => /\| 0\.25 \| snip \| 3 \| 195\.\d\d ± 0\.\d\d \| \+15\.00 \|.*\| worse \|/.test(line)),
    ).toBe(true);
    expect(lines.some((line) => line.includes('| – | – | lowest mean |'))).toBe(true);
    expect(markdown).not.toMatch(/highest/);
    expect(renderSummary({ ...run, records: language3 })).toMatch(
      /^Lowest mean perplexity, lstm, budget 0\.25: 180\.\d\d ± 0\.\d\d \(low-rank; 3 seeds; established\)$/m,
    );
    expect(renderSummary({ ...run, records: language3 })).toMatch(/^Lowest mean perplexity, lstm, dense: 170/m);
  });

  it('puts into the Pareto set what is small and low', () => {
    const found = paretoOf(arms, ({ means }) => means.nonzero_parameters, comparisonWithin(arms));
    expect(found.map(({ arm, member }) => [armLabelOf(arm), member])).toEqual([
      ['low-rank 0.1', true],
      ['snip 0.1', false],
      ['low-rank 0.25', true],
      ['snip 0.25', false],
      ['dense', true],
    ]);
    expect(section(markdown, 'Pareto set').join('\n')).toContain('at most the perplexity');
  });

  it('reads a contrast in the right direction', () => {
    const specs = [{ subject: 'snip against low-rank', factor: 'method', from: 'low-rank', to: 'snip' }];
    const [, contrast] = contrastsOf(arms, specs);
    expect(contrast?.difference).toBeCloseTo(-20, 9);
    expect(contrast?.setting).toBe('lstm, budget 0.1');
    expect(contrast?.reading).toMatch(
      /^snip against low-rank \(lstm, budget 0\.1\): \+20\.00 \(worse\) \[\+1\d\.\d\d, \+2\d\.\d\d\] \(95 % interval\), significant at 3 seeds/,
    );
    const better = contrastsOf(arms, [{ subject: 's', factor: 'method', from: 'snip', to: 'low-rank' }])[0];
    expect(better?.reading).toContain('-15.00 (better) [-');
    const shown = contrastSection(arms, specs)!;
    expect(shown.heading).toBe('What method changes');
    const table = shown.blocks.find((block) => block.kind === 'table')!;
    expect(table.table.columns.map(({ name }) => name)).toContain('perplexity');
    expect(table.table.rows[1]?.slice(2, 5)).toEqual(['+20.00', expect.stringMatching(/^0\.\d\d$/), '3']);
    // Like the difference beside it.
    expect(table.table.rows[1]?.[5]).toMatch(/^\d/);
  });

  it('is plotted in its own numbers, on axes that say so', async () => {
    const [size] = plotsOf(arms, { curves: [], lookOf });
    expect(size?.title).toBe('Perplexity by parameters kept, lstm');
    expect(await drawSvg(size!.spec)).toContain('perplexity, lower is better');
    const points = budgetPoints(arms, lookOf);
    expect(points.every(({ value }) => value > 170)).toBe(true);
    const [low, high] = scoreDomain('perplexity', points, 170);
    expect(low).toBeLessThan(170);
    expect(high).toBeGreaterThan(230);
  });
});

describe('a metric in nats, without bounds', () => {
  const arms = summarizeArms(nats);
  const markdown = report({ records: nats });

  it('is shown as it is, negative, with its unit', () => {
    const rows = section(markdown, 'Results').filter((line) => line.startsWith('| '));
    expect(rows[0]).toBe('| method | sigma | seeds | log-likelihood | standard error | peak memory MiB |');
    expect(rows.slice(2)).toEqual([
      '| flow | 0.1 | 3 | -33.20 nats ± 0.10 | 0.06 | 500 |',
      '| flow | 0.5 | 3 | -30.20 nats ± 0.10 | 0.06 | 500 |',
      '| kernel | 0.1 | 3 | -40.27 nats ± 0.21 | 0.12 | 500 |',
    ]);
    expect(section(markdown, 'Results')[2]).toBe('fixture-density:');
    expect(markdown).toContain('Log-likelihood is that of the last step');
  });

  it('has one contest of all arms, where the highest is the best', () => {
    expect(contestsOf(arms).map(({ name, arms: all }) => [name, all.length])).toEqual([[null, 3]]);
    const lines = section(markdown, 'Best arm');
    expect(lines.some((line) => line.startsWith('- flow 0.5 has the highest mean; established'))).toBe(true);
    expect(lines.some((line) => line.startsWith('| kernel 0.1 | 3 | -40.27 nats ± 0.21 | -10.07 |'))).toBe(true);
    expect(renderSummary({ ...run, records: nats })).toContain(
      'Highest mean log-likelihood, fixture-density: -30.20 nats ± 0.10 (flow 0.5; 3 seeds; established)',
    );
  });

  it('leaves out what such a kind has not', () => {
    const headings = [...markdown.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Summary', 'What ran', 'Results', 'Best arm', 'How to reproduce a cell']);
    expect(markdown).not.toContain('Data:');
    expect(markdown).not.toMatch(/NaN|undefined|null|Infinity|–: .*MACs|Ratio:/);
  });

  it('has room on its axis beside values that are all alike', () => {
    const [low, high] = scoreDomain('model_log_likelihood', [{ value: -33.1 }, { value: -33.1 }], null);
    expect(low).toBeLessThan(-33.1);
    expect(high).toBeGreaterThan(-33.1);
    const zero = scoreDomain('model_log_likelihood', [{ value: 0 }], null);
    expect(zero[0]).toBeLessThan(zero[1]);
  });

  it('claims nothing of equal values, however the mean is rounded', () => {
    const equal = summarizeArms([
      ...likelihoods('flow', 0.1, [-33.83, -33.83, -33.83, -33.83, -33.83]),
      ...likelihoods('kernel', 0.1, [-51.47, -51.47, -51.47, -51.47, -51.47]),
    ]);
    const best = bestOf(equal, comparisonWithin(equal));
    expect(best).toMatchObject({ established: false });
    expect(best?.rivals[0]?.test.t).toBeNull();
  });
});

const run = { title: 'Other', suite: 'other', profile: 'smoke', missing: [], gaps: [], verdicts: [], notes: [] };

describe('a report of several kinds', () => {
  const records = [...nats, ...fixtureRun(2), ...language3, translationRecord()];
  const markdown = report({ records });

  it('groups by kind, each with its metric and factors', () => {
    const headings = [...markdown.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
    expect(headings.slice(0, 2)).toEqual(['Summary', 'What ran']);
    expect(headings.filter((heading) => heading.startsWith('Results'))).toEqual([
      'Results, image',
      'Results, translation',
      'Results, fixture-language',
      'Results, fixture-density',
    ]);
    expect(headings).toContain('Accuracy by budget, image');
    expect(headings).toContain('Perplexity by budget, fixture-language');
    expect(section(markdown, 'Results, fixture-density').join('\n')).not.toMatch(/accuracy|regularizer/);
    expect(section(markdown, 'Results, image').join('\n')).not.toMatch(/sigma|nats/);
  });

  it('draws the plots of each', async () => {
    const html = unfolded(withoutScript(await renderHtml({ ...run, records })));
    const headings = [...html.matchAll(/<h2>(Seed by seed.*)<\/h2>/g)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Seed by seed, image',
      'Seed by seed, translation',
      'Seed by seed, fixture-language',
      'Seed by seed, fixture-density',
    ]);
    expect(html).toContain('<h3>Log-likelihood, fixture-density</h3>');
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('sums up kind by kind', () => {
    const lines = renderSummary({ ...run, records })
      .split('\n')
      .slice(2);
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'Highest mean accuracy',
      'Highest mean accuracy',
      'Highest mean accuracy',
      'Highest mean BLEU',
      'Lowest mean perplexity',
      'Lowest mean perplexity',
      'Lowest mean perplexity',
      'Highest mean log-likelihood',
    ]);
  });
});

describe('further measures', () => {
  it('have a table with mean ± deviation, of those that were measured', () => {
    const lines = section(report({ records: language3 }), 'Further measures');
    const rows = lines.filter((line) => line.startsWith('| '));
    expect(rows[0]).toBe('| method | budget | seeds | log-likelihood |');
    expect(rows[2]).toBe('| dense | – | 3 | -170.07 nats ± 0.25 |');
  });

  it('are absent where the gated metric is the only one', () => {
    expect(report({ records: fixtureRun(1) })).not.toContain('Further measures');
  });
});

describe('a kind without a report of its own', () => {
  it('has the general one: the first factor that varies colours, the second dashes', () => {
    const general = kindReportOf(density);
    const arms = summarizeArms(nats);
    expect(general.sections(arms)).toEqual([]);
    expect(general.colour(arms[0]!, arms)).toEqual({ factor: 'method', name: 'flow' });
    expect(general.dash(arms[1]!, arms)).toEqual({ factor: 'sigma', name: '0.5' });
    const one = summarizeArms(likelihoods('flow', 0.1, [-1]));
    expect(general.colour(one[0]!, one)).toEqual({ factor: 'method', name: 'flow' });
    expect(general.dash(one[0]!, one)).toBeNull();
  });

  it('can be given one, once', () => {
    const own = { heading: 'Of its own', blocks: [] };
    addKindReport(language, { ...generalReport, sections: () => [{ ...own, blocks: [{ kind: 'text', text: 'x' }] }] });
    expect(report({ records: language3 })).toContain('## Of its own');
    expect(() => addKindReport(language, generalReport)).toThrow(`kind '${language}' has a report already`);
  });
});
