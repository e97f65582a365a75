import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { checkRecords } from '../../../baselines/check.ts';
import { compareRecords } from '../../../baselines/compare.ts';
import { finishedLine } from '../../../harness/run/progress.ts';
import { failedRecord } from '../../../harness/run/records/failed-record.ts';
import type { Cell } from '../../../harness/spec/spec.ts';
import { armLabel, summarizeArms } from '../../../reports/arm-summary.ts';
import { renderComparison } from '../../../reports/comparison.ts';
import { styleOf } from '../../../reports/plots/plot-data.ts';
import { colorOf } from '../../../reports/plots/plot-style.ts';
import { plotsOf } from '../../../reports/plots/plots.ts';
import { contrastsOf } from '../../../reports/statistics/contrasts.ts';
import { renderSummary } from '../../../reports/summary.ts';
import { report, section } from '../../helpers/markdown.ts';
import { fixtureVerdict } from '../../helpers/records.ts';
import { fixtureRun } from '../../helpers/run.ts';
import { translationCells, translationRecord } from '../../helpers/translation-cells.ts';

const cells = translationCells();
const records = cells.map((cell, index) => translationRecord(cell, 30 + index));
const markdown = report({ records });

describe('the section on translations', () => {
  const lines = section(markdown, 'Translations');

  it('has BLEU, chrF, perplexity and tokens a second, a row an arm, and how the scores were computed', () => {
    expect(lines).toContain('| dense, default, none | 30.00 | 55.50 | 1.0000 | 2.718 | 9,000 | 1,200 |');
    expect(lines.some((line) => line.includes('BLEU nrefs:1; chrF nc:6. Vocabulary: 300 symbols.'))).toBe(true);
    expect(lines.some((line) => line.includes('Training pairs left out: 3 (long).'))).toBe(true);
  });

  it('has the spectra before and after training by kind', () => {
    expect(lines).toContain('| dense, default, none | embeddings | 10.5 → 20.5 | 4 → 2 |');
    expect(lines).toContain('| dense, default, none | query-key | 12 → 22 | 4 → 2 |');
    expect(lines).toContain('| dense, default, none | output-value | – → – | – → – |');
  });

  it('shows translations of the dense model, and of spectral initialization with Frobenius decay', () => {
    expect(lines.filter((line) => line.includes('a dog walks'))).toHaveLength(2);
    expect(lines.some((line) => line.includes('ein Hund \\| läuft'))).toBe(true);
  });

  it('is not there without a translation', () => {
    expect(report({ records: fixtureRun(1) })).not.toContain('## Translations');
  });
});

describe('a run whose metric is BLEU', () => {
  it('says BLEU, in points, wherever others say accuracy', () => {
    const headings = markdown.split('\n').filter((line) => line.startsWith('## '));
    expect(headings).toContain('## BLEU by budget');
    expect(markdown).not.toMatch(/accuracy/i);
    expect(section(markdown, 'Results').some((line) => /\| BLEU \|/.test(line))).toBe(true);
    expect(section(markdown, 'Results').some((line) => line.includes('| 31.00 |'))).toBe(true);
    expect(section(markdown, 'BLEU by budget').join('\n')).not.toMatch(/\d\.\d+ %/);
  });

  it('gives differences in points', () => {
    // Spectral with Frobenius decay has 34, with default initialization 32.
    expect(section(markdown, 'What initialization and regularizer change').join('\n')).toContain('+2.00 points');
    const after = records.map((record) => ({ ...record, value: record.value! + 1.25 }));
    expect(renderComparison(compareRecords(records, after))).toContain('| 30.00 | 1 | 31.25 | 1 | +1.25 |');
  });

  it('has plots of BLEU and of perplexity by epoch', () => {
    const titles = plotsOf(summarizeArms(records)).map(({ title }) => title);
    expect(titles.some((title) => title.startsWith('BLEU, transformer-1-16'))).toBe(true);
    expect(titles.some((title) => title.startsWith('Validation perplexity by epoch'))).toBe(true);
    expect(titles.some((title) => /accuracy/i.test(title))).toBe(false);
  });

  it('is summed up and shown in progress in points', () => {
    const run = { title: 'Translation', suite: 'translation', profile: 'smoke', planned: 5, notes: [] };
    expect(renderSummary({ ...run, records, verdicts: [] })).toContain(
      'Highest mean BLEU, transformer-1-16 on generated-pair, dense: 30.00 (',
    );
    expect(finishedLine(records[0]!)).toContain('.seed-0: BLEU 30.00, ');
  });

  it('is checked against a baseline with a margin in points', () => {
    const baseline = acceptRecords(records, null, 'a fixture', '2026-11-23T00:00:00.000Z');
    const again = (value: number) => [translationRecord(cells[0]!, value, { weights_digest: 'other' })];
    const [worse] = checkRecords(again(28.5), baseline, { margin: 1 });
    expect(worse).toMatchObject({ verdict: 'regressed', expected: 30, measured: 28.5 });
    expect(worse!.reason).toContain(
      'bleu expected 30.00, measured 28.50 (-1.50 points, mean of 1 seed: 0; margin 1.00 points)',
    );
    expect(checkRecords(again(29.5), baseline, { margin: 1 })[0]!.verdict).toBe('pass');
  });
});

describe('arms that differ in what their cells are named by', () => {
  it('are told apart by λ and variant', () => {
    const grid = translationCells((experiment) => {
      experiment.arms[1]!.decays = [1e-5, 0.001];
      experiment.variant = 'released';
    });
    const arms = summarizeArms(grid.map((cell) => translationRecord(cell, 30)));
    expect(new Set(arms.map(({ dataset }) => dataset))).toEqual(new Set(['generated-pair, released']));
    const decaying = arms.filter(({ init, regularizer }) => init === 'spectral' && regularizer !== 'none');
    expect(decaying.map(armLabel)).toEqual([
      'low-rank, budget 0.5, spectral, frobenius-decay 0.00001',
      'low-rank, budget 0.5, spectral, frobenius-decay 0.001',
    ]);
  });

  it('have contrasts, colours and translations of their own', () => {
    const grid = translationCells((experiment) => {
      experiment.arms[1]!.regularizers = ['none', 'weight-decay', 'frobenius-decay'];
      experiment.arms[1]!.decays = [1e-4, 0.001];
    }).map((cell, index) => translationRecord(cell, 30 + index));
    const arms = summarizeArms(grid);
    const named = (difference: string) =>
      contrastsOf(arms)
        .filter((found) => found.difference === difference)
        .map(({ setting }) => setting.replace('transformer-1-16 on generated-pair, low-rank, budget 0.5, ', ''));
    expect(named('frobenius-decay - weight-decay')).toEqual([
      'default init, λ 0.0001',
      'default init, λ 0.001',
      'spectral init, λ 0.0001',
      'spectral init, λ 0.001',
    ]);
    // Without a regularizer there is no λ to differ in.
    expect(named('frobenius-decay - none')).toEqual(named('frobenius-decay - weight-decay'));
    expect(named('spectral - default')).toEqual(
      expect.arrayContaining(['none', 'weight-decay 0.0001', 'frobenius-decay 0.001']),
    );
    const { range, domain } = colorOf(arms.map((arm) => styleOf(arm).color)).scale;
    expect(domain).toContain('frobenius-decay 0.0001');
    expect(new Set(range).size).toBe(domain.length);
    const shown = section(report({ records: grid }), 'Translations');
    for (const label of [
      'dense, default, none',
      'spectral, frobenius-decay 0.0001',
      'spectral, frobenius-decay 0.001',
    ]) {
      expect(shown.some((line) => line.startsWith('Translations of') && line.includes(label))).toBe(true);
    }
  });

  it('have contrasts of the parts of initialization and decay', () => {
    const parts = translationCells(({ arms: [, arm] }) => {
      arm!.inits = ['default', 'spectral-query-key'];
      arm!.regularizers = ['weight-decay', 'frobenius-decay-linear'];
    });
    const found = contrastsOf(summarizeArms(parts.map((cell, index) => translationRecord(cell, 30 + index))));
    expect(found.map(({ difference, setting }) => `${difference}: ${setting.split(', ').at(-1)}`)).toEqual([
      'spectral-query-key - default: weight-decay',
      'spectral-query-key - default: frobenius-decay-linear',
      'frobenius-decay-linear - weight-decay: default init',
      'frobenius-decay-linear - weight-decay: spectral-query-key init',
    ]);
  });
});

describe('a run in which translations failed', () => {
  const failed = (cell: Cell) => failedRecord(cell, 'the worker broke', new Date(0), new Date(1));

  it('still speaks of BLEU', () => {
    const some = [failed(cells[0]!), ...records.slice(1)];
    expect(report({ records: some })).not.toMatch(/accuracy/i);
    expect(report({ records: some })).not.toContain('Published values');
    expect(renderComparison(compareRecords(some, some))).not.toContain('%');
  });

  it('shows scores near zero, ratios and counts for what they are', () => {
    const verdict = (expected: number, measured: number) =>
      fixtureVerdict(records[0]!, 'regressed', { expected, measured });
    const verdicts = [verdict(34, 0.5), verdict(0.5351, 0.25), verdict(406_796, 406_797)];
    const summary = section(report({ records, verdicts }), 'Summary').join('\n');
    for (const pair of ['| 34.00 | 0.50 |', '| 0.54 | 0.25 |', '| 406,796 | 406,797 |'])
      expect(summary).toContain(pair);
  });
});
