import { describe, expect, it } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import { holm } from '../../../harness/statistics/holm.ts';
import { twoSidedTail } from '../../../harness/statistics/student-t.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { comparisonWithin } from '../../../reports/arms/arm-test.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { claimsOf } from '../../../reports/kinds/image/claim.ts';
import { claimSection } from '../../../reports/kinds/image/claim-section.ts';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';
import {
  failedRecord,
  fixtureConfig,
  fixturePoint,
  fixtureRecord,
  type RecordOverrides,
} from '../../helpers/records.ts';

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

it('is confirmed where the low-rank arm is significantly above every sparse one', () => {
  const records = [
    ours(around(0.8)),
    plain(around(0.9, 1)),
    sparse('snip', around(0.7, 1)),
    sparse('set', around(0.6, 2)),
  ];
  const [claim] = claims(...records);
  expect(claim?.outcome).toBe('confirmed');
  expect(claim?.rivals.map(({ arm, verdict }) => [methodOf(arm), verdict])).toEqual([
    ['set', 'above'],
    ['snip', 'above'],
  ]);
  const [first, second] = sentences(...records);
  expect(first).toContain(
    'Of 1 case, a model, data set and budget each, it is confirmed in 1, refuted in 0, inconclusive in 0 and not ' +
      'tested at this setting in 0',
  );
  expect(second).toBe(
    'resnet-20 on generated, budget 0.1 (2 epochs of 2000 images): confirmed. Significantly above 2 of 2 sparse arms. ' +
      'Whether decay hurts the dense network at this setting was not tested: that takes two seeds of it with and ' +
      'without decay.',
  );
});

it('is refuted where one sparse arm is significantly above the low-rank one, and named', () => {
  const records = [ours(around(0.8)), sparse('snip', around(0.85, 1)), sparse('set', around(0.6, 2))];
  expect(claims(...records)[0]?.outcome).toBe('refuted');
  expect(sentences(...records)[1]).toMatch(
    /refuted\. Significantly above 1 of 2 sparse arms; below snip, default, weight-decay \(-5\.00 points, adjusted p (<|=) 0\.\d+\)\. Whether/,
  );
});

it('is inconclusive where one cannot be told from it', () => {
  const records = [ours(around(0.8)), sparse('snip', [0.801, 0.798, 0.803]), sparse('set', around(0.6, 2))];
  expect(claims(...records)[0]?.outcome).toBe('inconclusive');
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
])('is inconclusive by %s', (_, records) => {
  expect(claims(...records)[0]?.outcome).toBe('inconclusive');
  expect(sentences(...records).join(' ')).not.toMatch(/NaN|undefined|null/);
});

it('is not confirmed by an arm that lost a seed which others completed', () => {
  const records = [ours([0.8, 0.801, null]), sparse('snip', around(0.5, 1)), sparse('set', around(0.4, 2))];
  expect(claims(...records)[0]?.outcome).toBe('inconclusive');
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

it('does not take a thinner network for a sparse one, not even where it failed in every cell', () => {
  const failed = [
    failedRecord('boom', { method: 'narrow' }),
    failedRecord('boom', { method: 'narrow', regularizer: 'none' }),
  ];
  const [claim] = claims(ours(around(0.8)), sparse('snip', around(0.5, 1)), failed);
  expect(claim?.rivals.map(({ arm }) => methodOf(arm))).toEqual(['snip']);
});

it('takes only those sparse arms that decay, as the low-rank one does', () => {
  const without = armRecords(
    around(0.9, 2),
    { method: 'snip', regularizer: 'none' },
    { parameters: 269722, nonzero_parameters: 26972 },
  );
  const [claim] = claims(ours(around(0.8)), sparse('snip', around(0.7, 1)), without);
  expect(claim?.outcome).toBe('confirmed');
  expect(claim?.rivals).toHaveLength(1);
});

it('still asks for a sparse method whose arms with and without decay all failed', () => {
  const failed = (['none', 'weight-decay'] as const).map((regularizer) =>
    failedRecord('boom', { method: 'rigl', regularizer }),
  );
  expect(claims(ours(around(0.8)), sparse('snip', around(0.5, 1)), failed)[0]?.outcome).toBe('inconclusive');
});

describe('a setting that tests nothing', () => {
  const dense = (
    regularizer: 'none' | 'weight-decay',
    values: (number | null)[],
    overrides: Parameters<typeof armRecords>[2] = {},
  ) => armRecords(values, { method: 'dense', budget: 1, regularizer }, overrides);
  const below = [ours(around(0.8)), sparse('snip', around(0.85, 1))];
  const above = [ours(around(0.8)), sparse('snip', around(0.5, 1))];
  const harmless = [dense('none', around(0.9, 2)), dense('weight-decay', around(0.91, 1))];
  const harmful = [dense('none', around(0.95, 2)), dense('weight-decay', around(0.85, 1))];

  it('is one where decay significantly hurts the dense network: nothing is refuted there, nor confirmed', () => {
    expect(claims(...below, ...harmless)[0]?.outcome).toBe('refuted');
    expect(claims(...below, ...harmful)[0]?.outcome).toBe('not tested at this setting');
    expect(claims(...above, ...harmless)[0]?.outcome).toBe('confirmed');
    expect(claims(...above, ...harmful)[0]?.outcome).toBe('not tested at this setting');
    expect(sentences(...below, ...harmful)[1]).toMatch(
      /: not tested at this setting, where weight decay takes 10\.00 points from the dense network \(95\.00 % ± 0\.20 without it, 85\.00 % ± 0\.20 with it, one-sided p < 0\.001\)\. Significantly above 0 of 1 sparse arm; below snip/,
    );
    expect(sentences(...below, ...harmless)[1]).not.toMatch(/Weight decay takes|not tested/i);
  });

  it('is not one where the loss of the dense network is within the spread', () => {
    const noise = [dense('none', [0.9, 0.88, 0.92]), dense('weight-decay', [0.89, 0.9, 0.9])];
    expect(claims(...below, ...noise)[0]?.outcome).toBe('refuted');
  });

  it('is one where the dense network does not train', () => {
    const stuck = { curve: [1, 2].map((at) => fixturePoint(at, { train_loss: 2.3 })) };
    const [claim] = claims(...below, dense('none', around(0.9, 2)), dense('weight-decay', around(0.91, 1), stuck));
    expect(claim?.outcome).toBe('not tested at this setting');
    expect(claim?.obstacles).toEqual([
      'the dense network does not train (mean training loss 2.30 in the first epoch, 2.30 in the last)',
    ]);
    const diverged = claims(...below, dense('weight-decay', [null, null, null]));
    expect(diverged[0]?.obstacles).toEqual(['the dense network diverged at every seed']);
  });

  it('is one whose λ and rate turn weights by more than 0.01 a step, but for published and for swept λ', () => {
    const training = { ...fixtureConfig().training, decay: 0.007 };
    const config = { init: 'spectral', regularizer: 'frobenius-decay', training } as const;
    const arms = (overrides: RecordOverrides, factors: string[] = []) => [
      around(0.8).map((value, seed) => fixtureRecord({ value, ...overrides }, { ...config, seed }, factors)),
      sparse('snip', around(0.85, 1)),
    ];
    const [claim] = claims(...arms({}));
    expect(claim?.outcome).toBe('not tested at this setting');
    // √(2 x 0.1 x 0.007 / 1.9).
    expect(claim?.obstacles).toEqual(['√(2ηλ/(1+μ)) is 0.027, above 0.01: steps turn the weights too fast at this λ']);
    expect(claims(...arms({ profile: 'paper' }))[0]?.outcome).toBe('refuted');
    expect(claims(...arms({}, ['decay']))[0]?.outcome).toBe('refuted');
  });

  it('is not known for one without a dense network beside', () => {
    expect(claims(...below)[0]).toMatchObject({ outcome: 'refuted', decayKnown: false });
    expect(claims(...below, ...harmless)[0]).toMatchObject({ decayKnown: true });
  });
});

describe('where arms are tuned', () => {
  const low = { init: 'spectral', regularizer: 'frobenius-decay' } as const;
  const masked = { parameters: 269722, nonzero_parameters: 26972 };
  const sharedArms = [ours(around(0.8)), sparse('snip', around(0.7, 1))];
  const tunedOurs = tunedRecords(around(0.82, 1), low, { learningRate: 1, decay: 0.01 });
  const tunedSparse = tunedRecords(around(0.9, 2), { method: 'snip' }, {}, masked);

  it('is of the shared lane, and told beside of the tuned one where that has both', () => {
    const found = claims(...sharedArms, tunedOurs, tunedSparse);
    // A tuned arm's λ was chosen: it is no setting that turns weights too fast.
    expect(found.map(({ lane, outcome, rivals }) => [lane, outcome, rivals.length])).toEqual([
      ['shared', 'confirmed', 1],
      ['tuned', 'refuted', 1],
    ]);
    const [first, second, third] = sentences(...sharedArms, tunedOurs, tunedSparse);
    expect(first).toMatch(
      /Of 1 case, .* it is confirmed in 1, refuted in 0, .* With each arm tuned, .* of 1 case, .*, it is confirmed in 0, refuted in 1,/,
    );
    expect(second).toMatch(/^resnet-20 on generated, budget 0\.1, shared \(.*\): confirmed\./);
    expect(third).toMatch(/^resnet-20 on generated, budget 0\.1, tuned \(.*\): refuted\./);
  });

  it('is not of a tuned arm beside shared ones', () => {
    expect(claims(...sharedArms, tunedSparse).map(({ lane, outcome }) => [lane, outcome])).toEqual([
      ['shared', 'confirmed'],
    ]);
    expect(claims(ours(around(0.8)), tunedSparse)).toEqual([]);
  });

  it('takes the dense network of each lane for its setting, tuned ones each at their own λ', () => {
    const config = { method: 'dense', budget: 1 };
    const hurt = [
      tunedRecords(around(0.95, 2), { ...config, regularizer: 'none' }, { decay: 0.003 }),
      tunedRecords(around(0.85, 1), config, { decay: 0.005 }),
    ];
    const found = claims(...sharedArms, tunedOurs, tunedSparse, ...hurt);
    expect(found.map(({ outcome, decayKnown }) => [outcome, decayKnown])).toEqual([
      ['confirmed', false],
      ['not tested at this setting', true],
    ]);
  });
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
