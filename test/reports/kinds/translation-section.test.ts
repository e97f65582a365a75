import { describe, expect, it } from 'vitest';
import { armLabelOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import type { TranslationConfig } from '../../../harness/spec/translation.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { contrastsOf } from '../../../reports/arms/contrasts.ts';
import { translationReport } from '../../../reports/kinds/translation.ts';
import { colorOf, type LookOf } from '../../../reports/plots/plot-style.ts';
import { plotsOf } from '../../../reports/plots/plots.ts';
import { renderSummary } from '../../../reports/summary.ts';
import { report, section } from '../../helpers/markdown.ts';
import { fixtureVerdict } from '../../helpers/records.ts';
import { fixtureRun } from '../../helpers/run.ts';
import { failedTranslation, translationConfig, translationRecord } from '../../helpers/translation-records.ts';

const dense: Partial<TranslationConfig> = { method: 'dense', budget: 1 };
const { curves, contrasts, colour, dash } = translationReport;
const lookOf: LookOf = (arm) => ({ hue: colour(arm, []), dash: dash(arm, []) });

/** A configuration, and the factors that its cells have beside the usual ones. */
interface Choice {
  config: Partial<TranslationConfig>;
  factors?: string[];
}

/** The dense model and, at one budget, every combination of the given initializations and regularizers. */
function gridOf(
  inits: readonly TranslationConfig['init'][],
  regularizers: readonly TranslationConfig['regularizer'][],
  { decays = [] }: { decays?: readonly number[] } = {},
): FinishedRecord[] {
  const { training } = translationConfig();
  const low = inits.flatMap((init) =>
    regularizers.flatMap((regularizer): Choice[] => {
      // Without a regularizer, λ decides nothing: the arm has no such factor.
      if (regularizer === 'none' || decays.length === 0) return [{ config: { init, regularizer } }];
      return decays.map((decay) => ({
        config: { init, regularizer, training: { ...training, decay } },
        factors: ['decay'],
      }));
    }),
  );
  return [{ config: dense }, ...low].map(({ config, factors }: Choice, index) =>
    translationRecord({ value: 30 + index }, config, factors),
  );
}

const records = gridOf(['default', 'spectral'], ['none', 'frobenius-decay']);
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
  });

  it('has plots of BLEU and of perplexity by epoch', () => {
    const titles = plotsOf(summarizeArms(records), { curves, lookOf }).map(({ title }) => title);
    expect(titles.some((title) => title.startsWith('BLEU, transformer-1-16'))).toBe(true);
    expect(titles.some((title) => title.startsWith('Validation perplexity by epoch'))).toBe(true);
    expect(titles.some((title) => /accuracy/i.test(title))).toBe(false);
  });

  it('is summed up and shown in progress in points', () => {
    const run = { title: 'Translation', suite: 'translation', profile: 'smoke', missing: [], gaps: [], notes: [] };
    expect(renderSummary({ ...run, records, verdicts: [] })).toContain(
      'Highest mean BLEU, transformer-1-16 on generated-pair, dense: 30.00 (',
    );
  });
});

describe('arms that differ in what their cells are named by', () => {
  it('are told apart by λ and its coupling', () => {
    const { training } = translationConfig();
    const arms = summarizeArms(
      [1e-5, 0.001].map((decay) =>
        translationRecord(
          {},
          {
            init: 'spectral',
            regularizer: 'frobenius-decay',
            training: { ...training, decay, decayCoupling: 'released' },
          },
          ['decay', 'coupling'],
        ),
      ),
    );
    expect(arms.map((arm) => armLabelOf(arm))).toEqual([
      'low-rank 0.5, spectral, frobenius-decay 0.00001, released',
      'low-rank 0.5, spectral, frobenius-decay 0.001, released',
    ]);
    expect(arms.map((arm) => lookOf(arm).hue.name)).toEqual([
      'frobenius-decay 0.00001, released',
      'frobenius-decay 0.001, released',
    ]);
    const lines = section(report({ records: arms.flatMap((arm) => [...arm.records]) }), 'Results');
    expect(lines.some((line) => line.startsWith('| method | budget | init | regularizer | decay | coupling |'))).toBe(
      true,
    );
  });

  it('have contrasts, colours and translations of their own', () => {
    const grid = gridOf(['default', 'spectral'], ['none', 'weight-decay', 'frobenius-decay'], {
      decays: [1e-4, 0.001],
    });
    const arms = summarizeArms(grid);
    const named = (choice: string) =>
      contrastsOf(arms, contrasts)
        .filter((found) => found.choice === choice)
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
      expect.arrayContaining(['none', 'weight-decay, λ 0.0001', 'frobenius-decay, λ 0.001']),
    );
    const { range, domain } = colorOf(arms.map((arm) => lookOf(arm).hue)).scale;
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

  it('have no effect of λ where nothing decays, wherever it would enter', () => {
    const { training } = translationConfig();
    const released = translationRecord(
      { value: 33 },
      { regularizer: 'frobenius-decay', training: { ...training, decayCoupling: 'released' } },
      ['coupling'],
    );
    const found = contrastsOf(summarizeArms([translationRecord(), released]), contrasts);
    expect(found.map(({ choice, difference }) => [choice, difference])).toEqual([['frobenius-decay - none', 3]]);
  });

  it('have contrasts of the parts of initialization and decay', () => {
    const parts = gridOf(['default', 'spectral-query-key'], ['weight-decay', 'frobenius-decay-linear']);
    const found = contrastsOf(summarizeArms(parts), contrasts);
    expect(found.map(({ choice, setting }) => `${choice}: ${setting.split(', ').at(-1)}`)).toEqual([
      'spectral-query-key - default: weight-decay',
      'spectral-query-key - default: frobenius-decay-linear',
      'frobenius-decay-linear - weight-decay: default init',
      'frobenius-decay-linear - weight-decay: spectral-query-key init',
    ]);
  });
});

describe('a run in which translations failed', () => {
  it('still speaks of BLEU', () => {
    const some = [failedTranslation('the worker broke', dense), ...records.slice(1)];
    expect(report({ records: some })).not.toMatch(/accuracy/i);
    expect(report({ records: some })).not.toContain('Published values');
  });

  it('shows scores near zero, ratios and counts for what they are', () => {
    const verdict = (quantity: string, expected: number, measured: number) =>
      fixtureVerdict(records[0]!, 'regressed', { quantity, expected, measured });
    const verdicts = [
      verdict('bleu', 34, 0.5),
      verdict('ratio', 0.5351, 0.25),
      verdict('parameters', 406_796, 406_797),
      verdict('perplexity', 180, 1),
    ];
    const summary = section(report({ records, verdicts }), 'Summary').join('\n');
    for (const pair of ['| 34.00 | 0.50 |', '| 0.5351 | 0.25 |', '| 406,796 | 406,797 |', '| 180.00 | 1.00 |']) {
      expect(summary).toContain(pair);
    }
  });
});
