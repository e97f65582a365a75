import { expect, it } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { comparisonWithin } from '../../../reports/arms/arm-test.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { claimsOf } from '../../../reports/kinds/image/claim.ts';
import { claimSection } from '../../../reports/kinds/image/claim-section.ts';
import { holm } from '../../../reports/statistics/statistics.ts';
import { twoSidedTail } from '../../../reports/statistics/student-t.ts';
import { armRecords } from '../../helpers/arms.ts';
import { failedRecord } from '../../helpers/records.ts';

const spread = [0.002, -0.002, 0];
const around = (level: number, turn = 0) => spread.map((_, i) => level + spread[(i + turn) % 3]!);

const ours = (values: (number | null)[], budget = 0.1) =>
  armRecords(values, { init: 'spectral', regularizer: 'frobenius-decay', budget });
const plain = (values: number[]) => armRecords(values, {});
const sparse = (method: string, values: (number | null)[], budget = 0.1) =>
  armRecords(values, { method, budget }, { parameters: 269722, nonzero_parameters: 26972 });

function claims(...records: CellRecord[][]) {
  return claimsOf(summarizeArms(records.flat()));
}

function sentences(...records: CellRecord[][]): string[] {
  const blocks = claimSection(summarizeArms(records.flat()))?.blocks ?? [];
  return blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : block.kind === 'list' ? block.items : []));
}

it('is shown where the low-rank arm is significantly above every sparse one', () => {
  const records = [
    ours(around(0.8)),
    plain(around(0.9, 1)),
    sparse('snip', around(0.7, 1)),
    sparse('set', around(0.6, 2)),
  ];
  const [claim] = claims(...records);
  expect(claim?.outcome).toBe('shown');
  expect(claim?.rivals.map(({ arm, verdict }) => [methodOf(arm), verdict])).toEqual([
    ['set', 'above'],
    ['snip', 'above'],
  ]);
  const [first, second] = sentences(...records);
  expect(first).toContain(
    'Of 1 case, a model, data set and budget each, it is shown in 1, refuted in 0 and not established in 0',
  );
  expect(second).toBe(
    'resnet-20 on generated, budget 0.1 (2 epochs of 2000 images): shown. Significantly above 2 of 2 sparse arms.',
  );
});

it('is refuted where one sparse arm is significantly above the low-rank one, and named', () => {
  const records = [ours(around(0.8)), sparse('snip', around(0.85, 1)), sparse('set', around(0.6, 2))];
  expect(claims(...records)[0]?.outcome).toBe('refuted');
  expect(sentences(...records)[1]).toMatch(
    /refuted\. Significantly above 1 of 2 sparse arms; below snip, default, weight-decay \(-5\.00 points, adjusted p (<|=) 0\.\d+\)\.$/,
  );
});

it('is not established where one cannot be told from it', () => {
  const records = [ours(around(0.8)), sparse('snip', [0.801, 0.798, 0.803]), sparse('set', around(0.6, 2))];
  expect(claims(...records)[0]?.outcome).toBe('not established');
  expect(sentences(...records)[1]).toContain('not told from snip, default, weight-decay');
});

it('adjusts the two-sided p over the sparse arms of the budget by the method of Holm', () => {
  const arms = summarizeArms(
    [ours([0.8, 0.79, 0.81]), sparse('snip', [0.79, 0.79, 0.8]), sparse('set', [0.77, 0.79, 0.8])].flat(),
  );
  const [claim] = claimsOf(arms);
  const compare = comparisonWithin(arms);
  const p = claim!.rivals.map(({ arm }) => {
    const { t, df } = compare(claim!.ours, arm);
    return twoSidedTail(t!, df!);
  });
  expect(claim!.rivals.map(({ adjustedP }) => adjustedP)).toEqual(holm(p));
});

it.each([
  ['one seed', [ours([0.8]), sparse('snip', [0.1])]],
  [
    'a sparse method whose seeds all failed',
    [ours(around(0.8)), sparse('snip', around(0.1)), [failedRecord('boom', { method: 'set' })]],
  ],
  ['a low-rank arm whose seeds all diverged', [ours([null, null]), sparse('snip', [0.1, 0.2])]],
])('is not established by %s', (_, records) => {
  expect(claims(...records)[0]?.outcome).toBe('not established');
  expect(sentences(...records).join(' ')).not.toMatch(/NaN|undefined|null/);
});

it('is not shown by an arm that lost a seed which others completed', () => {
  const records = [ours([0.8, 0.801, null]), sparse('snip', around(0.5, 1)), sparse('set', around(0.4, 2))];
  expect(claims(...records)[0]?.outcome).toBe('not established');
});

it('does not take a factorized arm for a sparse one because a factor holds a zero', () => {
  const zero = armRecords(around(0.9), { budget: 0.1 }, { parameters: 100, nonzero_parameters: 99 });
  const [claim] = claims(ours(around(0.8)), zero, sparse('snip', around(0.5, 1)));
  expect(claim?.rivals.map(({ arm }) => methodOf(arm))).toEqual(['snip']);
});

it('does not take a method for a sparse one that failed in every cell and has arms of factors', () => {
  const failed = [
    failedRecord('boom', { method: 'cp' }),
    failedRecord('boom', { method: 'cp', init: 'spectral' }),
    failedRecord('boom', { method: 'cp', regularizer: 'none' }),
  ];
  const factors = armRecords(around(0.9), { method: 'tucker' }, { parameters: 100, nonzero_parameters: 97 });
  expect(claims(ours(around(0.8)), factors, failed)).toEqual([]);
});

it('keeps a method that failed in every cell and could be a sparse one, decayed or not; never a thinner network', () => {
  const failed = (method: string) => [
    failedRecord('boom', { method }),
    failedRecord('boom', { method, regularizer: 'none' }),
  ];
  const [claim] = claims(ours(around(0.8)), sparse('snip', around(0.5, 1)), failed('rigl'), failed('narrow'));
  expect(new Set(claim?.rivals.map(({ arm }) => methodOf(arm)))).toEqual(new Set(['snip', 'rigl']));
  expect(claim?.outcome).toBe('not established');
});

it('says where decay harms the dense network', () => {
  const dense = (regularizer: 'none' | 'weight-decay', level: number) =>
    armRecords(around(level, 2), { method: 'dense', budget: 1, regularizer });
  const arms = [ours(around(0.8)), sparse('snip', around(0.5, 1))];
  const harmful = sentences(...arms, dense('none', 0.95), dense('weight-decay', 0.85));
  expect(harmful[1]).toContain('Weight decay takes 10.00 points from the dense network at this scale');
  const harmless = sentences(...arms, dense('none', 0.85), dense('weight-decay', 0.95));
  expect(harmless[1]).not.toContain('Weight decay takes');
});

it('is one claim a budget, and none without a sparse arm or without the low-rank one', () => {
  const two = claims(
    ours(around(0.8)),
    ours(around(0.7), 0.05),
    sparse('snip', around(0.1)),
    sparse('snip', around(0.1), 0.05),
  );
  expect(two.map(({ budget }) => budget)).toEqual([0.1, 0.05]);
  expect(claims(ours(around(0.8)), plain(around(0.7)))).toEqual([]);
  expect(claims(plain(around(0.8)), sparse('snip', around(0.7)))).toEqual([]);
  expect(claimSection([])).toBeNull();
});
