import { describe, expect, it, test } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { cellNameOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import {
  type AttentionConfig,
  type AttentionDetails,
  type SortName,
  sortNames,
  gaussianAttention as words,
} from '../../../harness/spec/gaussian-attention.ts';
import { twoSidedQuantile } from '../../../harness/statistics/student-t.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import {
  expectedValues,
  judgedClaims,
  judgedValues,
  settingsOf,
} from '../../../reports/kinds/gaussian-attention/expectations.ts';
import { gaussianAttention } from '../../../suites/gaussian-attention.ts';
import { report, section } from '../../helpers/markdown.ts';
import { finishedRecord, fixtureRecord } from '../../helpers/records.ts';

type Hits = Record<SortName, number>;
interface Given {
  method: AttentionConfig['method'];
  paths: AttentionConfig['paths'];
  hits: readonly Hits[];
  rank?: number;
  profile?: 'smoke' | 'nightly';
}

/** The records of an arm, hits by seed. */
function recordsOf({ method, paths, hits, rank = 1, profile = 'nightly' }: Given): FinishedRecord[] {
  const [experiment] = gaussianAttention.profiles[profile]!.experiments;
  const { models, dataset, fallbackDataset, training, encoder } = experiment!;
  return hits.map((bySort, seed) => {
    const config: AttentionConfig = {
      task: 'gaussian-attention',
      model: models[0]!,
      dataset: fallbackDataset ?? dataset,
      training,
      encoder,
      method,
      paths,
      seed,
    };
    const factors = [
      { name: 'method', value: method },
      { name: 'paths', value: paths },
    ];
    const arm = { kind: words.task, model: words.model(config), dataset: words.dataset(config), factors };
    const chance = { hits_at_1: 0.01, mean_rank: 190, mean_reciprocal_rank: 0.02 };
    const symbols = Object.fromEntries(
      sortNames.map((sort) => {
        const scores = { hits_at_1: bySort[sort], mean_rank: rank, mean_reciprocal_rank: bySort[sort] };
        return [sort, { questions: 400, ...scores, chance }];
      }),
    ) as NonNullable<AttentionDetails>['symbols'];
    const details: AttentionDetails = { entities: 392, relations: 12, chosen_epochs: [160], symbols, words: null };
    const mean = sortNames.reduce((sum, sort) => sum + bySort[sort], 0) / 3;
    const { status: _status, ...fields } = fixtureRecord();
    return finishedRecord({
      ...fields,
      ...arm,
      suite: 'gaussian-attention',
      profile,
      id: idOf(config),
      cell: cellNameOf(arm, seed),
      seed,
      config,
      ratio: null,
      measures: words.metrics.map((metric) => ({ metric, value: metric === 'hits_at_1' ? mean : null, best: null })),
      details,
      status: 'completed',
    } as never);
  });
}

const hitsOf = (single: number, path: number, conjunction: number): Hits => ({ single, path, conjunction });
const asExpected: FinishedRecord[] = [
  ...recordsOf({ method: 'transe', paths: 'facts', hits: [hitsOf(1, 0.79, 1), hitsOf(1, 0.77, 1)], rank: 1 }),
  ...recordsOf({ method: 'transe', paths: 'composed', hits: [hitsOf(0.93, 0.95, 0.93), hitsOf(0.935, 0.932, 0.92)] }),
  ...recordsOf({ method: 'trans-gaussian', paths: 'facts', hits: [hitsOf(1, 0.8, 0.98), hitsOf(1, 0.81, 0.985)] }),
  ...recordsOf({ method: 'trans-gaussian', paths: 'composed', hits: [hitsOf(1, 0.999, 0.999), hitsOf(1, 1, 0.998)] }),
];
const settingOf = (records: readonly FinishedRecord[]) => settingsOf(summarizeArms(records))[0]!;

test('every value and arm of the reference is there', () => {
  expect(expectedValues).toHaveLength(12);
  expect(new Set(expectedValues.map(({ arm, sort }) => `${arm} ${sort}`)).size).toBe(12);
});

describe('a value', () => {
  const judged = (hits: readonly number[], rank = 1) => {
    const records = recordsOf({ method: 'transe', paths: 'facts', hits: hits.map((path) => hitsOf(1, path, 1)), rank });
    return judgedValues(settingOf(records)).find(({ sort }) => sort === 'path')!;
  };

  it('is met within 2 points of the range, open where its interval reaches there, and else failed', () => {
    expect(judged([0.75, 0.76]).judged.hits).toBe('met');
    expect(judged([0.81, 0.81]).judged.hits).toBe('met');
    expect(judged([0.9, 0.9]).judged.hits).toBe('failed');
    // Two seeds that differ by 0.1 have an interval of ±0.6.
    expect(judged([0.8, 0.9]).judged.hits).toBe('open');
    expect(judged([0.9]).judged.hits).toBe('failed');
  });

  it('has the interval of Student’s t over the seeds', () => {
    const { measured } = judged([0.77, 0.79, 0.78]);
    expect(measured.hits.mean).toBeCloseTo(0.78, 12);
    expect(measured.hits.reach).toBeCloseTo((twoSidedQuantile(0.05, 2) * 0.01) / Math.sqrt(3), 9);
  });

  it('of ranks is met within a tenth', () => {
    expect(judged([0.78, 0.78], 50).judged.rank).toBe('met');
    expect(judged([0.78, 0.78], 40).judged.rank).toBe('failed');
  });
});

describe('claims', () => {
  it('are met where the arms are as expected', () => {
    const claims = judgedClaims(settingOf(asExpected));
    const verdicts = Object.fromEntries(claims.map(({ claim, judged }) => [claim, judged]));
    const assertions = claims.filter(({ isDifference }) => !isDifference);
    expect(assertions).toHaveLength(6);
    expect(assertions.every(({ judged }) => judged === 'met')).toBe(true);
    // Differences of 16.0 and 16.2 points.
    expect(verdicts['training by paths improves paths of TransE (transe composed against transe facts, path)']).toBe(
      'met',
    );
  });

  it('fail where an arm answers less, or another one all', () => {
    const worse = asExpected.filter(({ factors }) => factors[0]!.value !== 'trans-gaussian');
    const records = [
      ...worse.filter(({ factors }) => factors[1]!.value === 'composed'),
      ...recordsOf({ method: 'trans-gaussian', paths: 'composed', hits: [hitsOf(1, 0.98, 1), hitsOf(1, 0.98, 1)] }),
      ...recordsOf({ method: 'transe', paths: 'facts', hits: [hitsOf(1, 1, 1), hitsOf(1, 1, 1)] }),
    ];
    const failed = judgedClaims(settingOf(records)).filter(({ judged }) => judged === 'failed');
    expect(failed.map(({ claim }) => claim)).toEqual([
      'TransGaussian with training by paths answers at least 99 %: path',
      expect.stringMatching(/^transe facts does not answer at least 99 % of every sort/),
      expect.stringMatching(/^training by paths improves paths of TransE/),
    ]);
  });

  it('about a difference are open for a single seed', () => {
    const single = asExpected.filter(({ seed }) => seed === 0);
    const differences = judgedClaims(settingOf(single)).filter(({ isDifference }) => isDifference);
    expect(differences).toHaveLength(8);
    expect(new Set(differences.map(({ judged }) => judged))).toEqual(new Set(['open']));
  });
});

describe('the sections', () => {
  it('tell figures with intervals, chance, and verdicts', () => {
    const text = report({ records: asExpected });
    expect(section(text, 'Expected values').join('\n')).toMatch(/\d+ met/);
    expect(section(text, 'Expected values').join('\n')).toMatch(
      /TransGaussian with training by paths answers at least 99 %: path/,
    );
    expect(section(text, 'Answers by sort of question').join('\n')).toMatch(
      /trans-gaussian, composed +\| path +\| +400 \| +100\.0 ± |99\.9/,
    );
    expect(section(text, 'Answers by sort of question').join('\n')).toContain('190.00');
  });

  it('say that nothing is expected of another knowledge base', () => {
    const records = recordsOf({ method: 'transe', paths: 'facts', hits: [hitsOf(1, 1, 1)], profile: 'smoke' });
    expect(settingsOf(summarizeArms(records))).toEqual([]);
    expect(section(report({ records }), 'Expected values').join('\n')).toContain(
      'nothing is known to be expected of it',
    );
  });
});
