import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import { ofEarlierProgram } from '../helpers/baselines.ts';
import { fixtureRecord } from '../helpers/records.ts';
import { scoredKind } from '../helpers/scored-kind.ts';

/** Cells whose metric is no accuracy, whose weights are none, and whose right values are known. */

const perplexity = scoredKind('perplexity');
const likelihood = scoredKind('likelihood');
const elsewhere = { fingerprint: { ...perplexity(1).fingerprint, instruction_set: 'avx512' } };

function check(records: readonly FinishedRecord[], stored: readonly FinishedRecord[] | null, margin = 0.5) {
  const baseline =
    stored === null
      ? null
      : ofEarlierProgram(acceptRecords(stored, null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' }));
  return checkRecords(records, baseline, { margin });
}

describe('of a metric of which less is better', () => {
  it.each([
    [20.5, 'drift'],
    [20.51, 'regressed'],
    [19.5, 'drift'],
    [19.49, 'better'],
  ])('20 -> %d with a margin of 0.5: %s', (value, verdict) => {
    expect(check([perplexity(value)], [perplexity(20)])[0]).toMatchObject({
      verdict,
      quantity: 'perplexity',
      expected: 20,
      measured: value,
    });
  });

  it('the sentence has its values and the change as they are', () => {
    expect(check([perplexity(22, elsewhere)], [perplexity(20)])[0]?.reason).toBe(
      'closed-form.seed-0: perplexity expected 20.00, measured 22.00 (+2.00, computed without chance; margin 0.50). ' +
        'Another environment than the accepted one: no bits to compare.',
    );
  });

  it('each seed stands for itself where there is no chance', () => {
    const before = [10, 20].map((value, seed) => perplexity(value, { seed }));
    const after = [12, 19.5].map((value, seed) => perplexity(value, { seed }));
    const verdicts = check(after, before);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['regressed', 'drift']);
    expect(verdicts[0]).toMatchObject({ expected: 10, measured: 12, bound: 10.5, lane: 'quality' });
  });

  it('another value of the same weights regresses, larger or smaller', () => {
    const same = { weights_digest: 'same' };
    const [worse] = check([perplexity(20.01, same)], [perplexity(20, same)]);
    expect(worse).toMatchObject({ verdict: 'regressed', expected: 20, measured: 20.01 });
    expect(worse?.reason).toContain('though the weights are bit-identical');
    expect(check([perplexity(19.99, same)], [perplexity(20, same)])[0]?.verdict).toBe('regressed');
  });
});

describe('of negative nats', () => {
  it.each([
    [-33.6, 'drift'],
    [-33.61, 'regressed'],
    [-32.6, 'drift'],
    [-32.59, 'better'],
  ])('-33.1 -> %d with a margin of 0.5: %s', (value, verdict) => {
    expect(check([likelihood(value)], [likelihood(-33.1)])[0]).toMatchObject({
      verdict,
      expected: -33.1,
      measured: value,
    });
  });

  it('the sentence has the unit', () => {
    expect(check([likelihood(-35)], [likelihood(-33.1)])[0]?.reason).toBe(
      'closed-form.seed-0: likelihood expected -33.10 nats, measured -35.00 nats (-1.90 nats, computed without chance; ' +
        'margin 0.50 nats). Drift: another program in the same environment gave other measures.',
    );
  });

  it('one that diverged regresses, without a value', () => {
    const [verdict] = check([likelihood(null, { status: 'diverged', error: 'no finite loss' })], [likelihood(-33.1)]);
    expect(verdict).toMatchObject({ verdict: 'regressed', expected: -33.1, measured: null });
    expect(verdict?.reason).toContain('diverged, expected likelihood -33.10 nats, measured nothing');
  });
});

describe('without weights', () => {
  it('the same measures in the same environment reproduce a cell', () => {
    expect(check([likelihood(-33.1)], [likelihood(-33.1)])[0]).toEqual({
      id: likelihood(-33.1).id,
      cell: 'closed-form.seed-0',
      verdict: 'reproduced',
      lane: 'weights',
      bound: null,
      reason: 'closed-form.seed-0: every measure as in the baseline, likelihood -33.10 nats.',
      quantity: 'likelihood',
      expected: -33.1,
      measured: -33.1,
    });
  });

  it.each<[string, FinishedRecord, string]>([
    ['in another environment', likelihood(-33.1, elsewhere), 'pass'],
    ['with another measure within the margin', likelihood(-33.100001), 'drift'],
    [
      'with another best value',
      likelihood(-33.1, { measures: [{ metric: 'likelihood', value: -33.1, best: -30 }] }),
      'drift',
    ],
  ])('%s it is not reproduced', (_, record, verdict) => {
    expect(check([record], [likelihood(-33.1)])[0]?.verdict).toBe(verdict);
  });

  it('other data are said all the same', () => {
    const record = likelihood(-33.1, { fingerprint: { ...likelihood(0).fingerprint, data: 'other' } });
    expect(check([record], [likelihood(-33.1)])[0]?.verdict).toBe('other-data');
  });
});

describe('a check of exactness', () => {
  const checks = (measured: number | null) => [
    { name: 'first digit', expected: 3, measured: 3, tolerance: 0 },
    { name: 'norm of UᵀU - I', expected: 0, measured, tolerance: 1e-6 },
  ];

  it('that fails regresses, with a baseline and without, however good the metric', () => {
    const record = fixtureRecord({ value: 0.99, checks: checks(1e-3) });
    const expected = {
      id: record.id,
      cell: record.cell,
      verdict: 'regressed',
      lane: 'exactness',
      bound: 1e-6,
      reason: `${record.cell}: norm of UᵀU - I must be 0 within 0.000001, measured 0.001.`,
      quantity: 'norm of UᵀU - I',
      expected: 0,
      measured: 1e-3,
    };
    expect(check([record], null)).toEqual([expected]);
    expect(check([record], [fixtureRecord()])).toEqual([expected]);
    // Bit-identical weights do not help.
    expect(check([record], [fixtureRecord({ value: 0.99, checks: checks(0) })])).toEqual([expected]);
  });

  it('that could not be computed fails, and all that fail are named', () => {
    const failing = [...checks(null), { name: 'rank', expected: 2, measured: 5, tolerance: 1 }];
    const [verdict] = check([fixtureRecord({ checks: failing })], null);
    expect(verdict).toMatchObject({ verdict: 'regressed', expected: 0, measured: null });
    expect(verdict?.reason).toContain(
      'norm of UᵀU - I must be 0 within 0.000001, measured nothing; rank must be 2 within 1, measured 5.',
    );
  });

  it('that the baseline has and the record lacks regresses', () => {
    const [record, stored] = [fixtureRecord(), fixtureRecord({ checks: checks(0) })];
    expect(check([record], [stored])[0]).toMatchObject({
      verdict: 'regressed',
      quantity: 'first digit',
      measured: null,
    });
  });

  it('that passes leaves the verdict to the others', () => {
    const record = fixtureRecord({ checks: checks(1e-7) });
    expect(check([record], null)[0]?.verdict).toBe('no-baseline');
    expect(check([record], [fixtureRecord()])[0]?.verdict).toBe('reproduced');
  });
});
