import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import { compareRecords } from '../../baselines/compare.ts';
import { finishedLine } from '../../harness/run/progress.ts';
import { summarizeArms } from '../../reports/arm-summary.ts';
import { renderComparison } from '../../reports/comparison.ts';
import { plotsOf } from '../../reports/plots.ts';
import { renderSummary } from '../../reports/summary.ts';
import { report, section } from '../helpers/markdown.ts';
import { fixtureRun } from '../helpers/run.ts';
import { translationCells, translationRecord } from '../helpers/translation-cells.ts';

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
    expect(decaying.map(({ regularizer }) => regularizer)).toEqual([
      'frobenius-decay 0.00001',
      'frobenius-decay 0.001',
    ]);
  });
});
