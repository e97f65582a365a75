import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { type FinishedRecord, passes } from '../../harness/record.ts';
import { type AttentionDetails, sortNames } from '../../harness/spec/gaussian-attention.ts';
import { tinyAttentionCells } from '../helpers/attention-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext } from './tiny-cells.ts';

const context = { ...plainContext, resultOnly: true };
const cells = tinyAttentionCells();
const composed = cellNamed('trans-gaussian.composed', cells);

let record: FinishedRecord;
beforeAll(async () => {
  record = await runCell(composed, context);
});
const detailsOf = ({ details }: FinishedRecord) => details as NonNullable<AttentionDetails>;

describe('a cell', () => {
  it('has a measure of each metric, the mean over sorts of questions', () => {
    expect(record.status).toBe('completed');
    const { symbols, words } = detailsOf(record);
    const meanOf = (bySort: typeof symbols, name: 'hits_at_1' | 'mean_rank' | 'mean_reciprocal_rank') =>
      sortNames.reduce((sum, sort) => sum + bySort[sort][name], 0) / 3;
    const expected = {
      hits_at_1: meanOf(symbols, 'hits_at_1'),
      filtered_mean_rank: meanOf(symbols, 'mean_rank'),
      mean_reciprocal_rank: meanOf(symbols, 'mean_reciprocal_rank'),
      text_hits_at_1: meanOf(words!, 'hits_at_1'),
    };
    expect(record.measures.map(({ metric }) => metric)).toEqual(Object.keys(expected));
    for (const { metric, value } of record.measures) expect(value).toBeCloseTo(expected[metric as 'hits_at_1'], 12);
  });

  it('passes its checks of exactness, with covariances that add along paths and precisions in conjunctions', () => {
    const names = record.checks.map(({ name }) => name);
    expect(names).toContain('path: covariances add, relative difference');
    expect(names).toContain('conjunction: precisions add, relative difference');
    expect(record.checks.filter((check) => !passes(check))).toEqual([]);
  });

  it('ends with the weights of the epochs whose validation questions are answered best', () => {
    const { curve } = record;
    expect(curve.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5]);
    const bestOf = (name: string) => {
      const known = curve.filter(({ values }) => values[name] != null);
      const most = Math.max(...known.map(({ values }) => values[name]!));
      return known.find(({ values }) => values[name] === most)!.at;
    };
    expect(detailsOf(record).chosen_epochs).toEqual([bestOf('validation_mrr'), bestOf('text_validation_mrr')]);
    expect(curve.slice(0, 3).every(({ values }) => values.text_validation_mrr === undefined)).toBe(true);
  });

  it('goes on from a checkpoint, within the memory’s training and the encoder’s, to the same result', async () => {
    for (const stoppedIn of [3, 5]) {
      const checkpointDir = await temporaryFolder();
      const stop = new Error('stopped');
      const onProgress = ({ epoch, phase }: { epoch: number; phase: string }) => {
        if (epoch === stoppedIn && phase === 'train') throw stop;
      };
      await expect(runCell(composed, { ...context, checkpointDir, onProgress })).rejects.toBe(stop);
      const resumed = await runCell(composed, { ...context, checkpointDir });
      expect(resumed).toMatchObject({ resumed_points: stoppedIn - 1, result_digest: record.result_digest });
      expect(resumed.details).toEqual(record.details);
    }
  });

  it('learns nothing of the memory from questions in words', async () => {
    const { weights_digest: withWords } = record;
    const config = { ...composed.config, encoder: null };
    const alone = await runCell({ ...composed, config } as typeof composed, context);
    expect(detailsOf(alone).symbols).toEqual(detailsOf(record).symbols);
    expect(detailsOf(alone).words).toBeNull();
    expect(alone.weights_digest).not.toBe(withWords);
  });
});

it('has checks for each method, TransE’s distance where covariances are held at I', async () => {
  for (const method of ['transe', 'unit-covariance']) {
    const { checks } = await runCell(cellNamed(`${method}.facts`, cells), context);
    const names = checks.map(({ name }) => name);
    expect(checks.filter((check) => !passes(check))).toEqual([]);
    expect(names).toContain('facts: distance of TransE, relative difference');
    expect(names.includes('path: covariances add, relative difference')).toBe(method !== 'transe');
  }
});
