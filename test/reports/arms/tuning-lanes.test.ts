import { describe, expect, it } from 'vitest';
import { denseMean } from '../../../reports/arms/arm-groups.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { armRates, computeOf, lanePairs, lanesOf } from '../../../reports/arms/tuning-lanes.ts';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';
import { fixtureConfig } from '../../helpers/records.ts';

const shared = armRecords([0.5, 0.6], {});
const tuned = tunedRecords([0.6, 0.7], {});

describe('lanes', () => {
  it('part the arms, the shared lane first', () => {
    const lanes = lanesOf(summarizeArms([...tuned, ...shared]));
    expect(lanes.map(({ lane, arms }) => [lane, arms.length, arms[0]?.value.mean])).toEqual([
      ['shared', 1, 0.55],
      ['tuned', 1, expect.closeTo(0.65, 12)],
    ]);
    expect(lanesOf(summarizeArms(tuned)).map(({ lane }) => lane)).toEqual(['tuned']);
  });

  it('have no names where no arm is tuned', () => {
    expect(lanesOf(summarizeArms(shared)).map(({ lane, arms }) => [lane, arms.length])).toEqual([[null, 1]]);
    expect(lanesOf([]).map(({ arms }) => arms.length)).toEqual([0]);
  });
});

describe('an arm in both lanes', () => {
  const pairs = (...records: (typeof shared)[]) =>
    lanePairs(summarizeArms(records.flat())).map((pair) => [pair.shared, pair.tuned].map(methodOf).join());

  it('is equal in all but learning rate and λ', () => {
    expect(pairs(shared, tuned)).toEqual(['low-rank,low-rank']);
    expect(pairs(armRecords([0.5], { init: 'spectral' }), tuned)).toEqual([]);
    const longer = { ...fixtureConfig().training, epochs: 3 };
    expect(pairs(armRecords([0.5], { training: longer }), tuned)).toEqual([]);
  });

  it('is none on which learning rates are tried', () => {
    expect(pairs(armRecords([0.5], {}, {}, ['learning_rate']), tuned)).toEqual([]);
  });
});

it('a tuned arm’s compute is its training’s and its grid’s; none where either was not counted', () => {
  const compute = (macs: number | null, own: number | null) =>
    computeOf(summarizeArms(tunedRecords([0.5, 0.6], {}, { macs }, { training_macs: own }))[0]!);
  expect(compute(700, 30)).toBe(730);
  expect(compute(null, 30)).toBeNull();
  expect(compute(700, null)).toBeNull();
  expect(computeOf(summarizeArms(armRecords([0.5], {}, { training_macs: 30 }))[0]!)).toBe(30);
  const untold = tunedRecords([0.5], {}, {}, { tuning: undefined, training_macs: 30 });
  expect(computeOf(summarizeArms(untold)[0]!)).toBeNull();
});

it('an arm has no λ where it has no regularizer', () => {
  const [without, decayed] = ['none', 'weight-decay'].map((regularizer) =>
    armRates(summarizeArms(tunedRecords([0.5], { regularizer } as never))[0]!),
  );
  expect(without).toEqual({ learningRate: 0.2, decay: null });
  expect(decayed).toEqual({ learningRate: 0.2, decay: 0.002 });
});

describe('the dense arms of the shared lane', () => {
  const dense = { method: 'dense', budget: 1 };
  const ownDense = tunedRecords([0.8], dense, {}, { step_ms: 100, macs: 500 });

  it('tell steps and operations of both lanes', () => {
    const arms = summarizeArms([
      ...shared,
      ...tuned,
      ...armRecords([0.8], dense, { step_ms: 400, macs: 1000 }),
      ...ownDense,
    ]);
    expect(arms.map(({ stepOverDense }) => stepOverDense)).toEqual([1, 0.25, 0.5, 0.5]);
    expect(denseMean(arms, 'macs')).toBe(1000);
  });

  it('are replaced by tuned ones where there are no others', () => {
    const arms = summarizeArms([...shared, ...tuned, ...ownDense]);
    expect(arms.map(({ stepOverDense }) => stepOverDense)).toEqual([1, 2, 2]);
    expect(denseMean(arms, 'macs')).toBe(500);
  });
});
