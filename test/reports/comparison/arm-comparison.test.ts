import { describe, expect, it } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import { type ArmComparison, compareArm } from '../../../reports/comparison/arm-comparison.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from '../../helpers/records.ts';

/** Records of one arm by seed. */
function arm(values: Record<number, number>, overrides: Parameters<typeof fixtureRecord>[0] = {}): CellRecord[] {
  return Object.entries(values).map(([seed, value]) => fixtureRecord({ ...overrides, value }, { seed: Number(seed) }));
}

function compared(before: readonly CellRecord[], after: readonly CellRecord[]): ArmComparison {
  const comparison = compareArm(before, after);
  if (comparison === null) throw new Error('nothing was compared');
  return comparison;
}

describe('equal seeds', () => {
  it('are paired: differences 0.1, 0.2 and 0.3 have the interval 0.2 ± 4.3027 x 0.1 / √3', () => {
    const row = compared(arm({ 0: 0.5, 1: 0.4, 2: 0.3 }), arm({ 0: 0.6, 1: 0.6, 2: 0.6 }));
    expect(row).toMatchObject({ metric: 'accuracy', design: 'paired', sharedSeeds: 3, configChanges: [] });
    expect(row.difference).toBeCloseTo(0.2, 12);
    expect(row.interval![0]).toBeCloseTo(0.2 - 0.248414, 5);
    expect(row.interval![1]).toBeCloseTo(0.2 + 0.248414, 5);
    // t = 2√3 with two degrees of freedom.
    expect(row.p).toBeCloseTo(0.0742, 4);
  });

  it('give no test where the differences are equal, or one', () => {
    const equal = compared(arm({ 0: 0.5, 1: 0.4 }), arm({ 0: 0.6, 1: 0.5 }));
    expect(equal).toMatchObject({ design: 'paired', p: null, interval: null });
    const one = compared(arm({ 0: 0.5 }), arm({ 0: 0.6 }));
    expect(one).toMatchObject({ design: 'paired', p: null, interval: null });
    expect(one.difference).toBeCloseTo(0.1, 12);
  });

  it('alone are compared where two are in both, and the means are over them', () => {
    const row = compared(arm({ 0: 0.5, 1: 0.6, 4: 0.9 }), arm({ 0: 0.6, 1: 0.8, 2: 0.1 }));
    expect(row).toMatchObject({ before: { seeds: [0, 1], leftOut: [4] }, after: { seeds: [0, 1], leftOut: [2] } });
    expect(row.before.mean).toBeCloseTo(0.55, 12);
    expect(row.after.mean).toBeCloseTo(0.7, 12);
    expect(row.difference).toBeCloseTo(0.15, 12);
    expect(row.before.sd).toBeCloseTo(0.1 / Math.SQRT2, 12);
  });

  it('are paired too where a single one is in both, and a side has no other', () => {
    const row = compared(arm({ 1: 0.5 }), arm({ 0: 0.1, 1: 0.6, 2: 0.9 }));
    expect(row).toMatchObject({ design: 'paired', before: { seeds: [1] }, after: { seeds: [1], leftOut: [0, 2] } });
    expect(row.difference).toBeCloseTo(0.1, 12);
  });
});

describe('other seeds', () => {
  it('are two samples: 26.25 % against 17.00 % is no +0.00', () => {
    const row = compared(arm({ 0: 0.2625 }), arm({ 1: 0.17 }));
    expect(row).toMatchObject({ design: 'two-sample', sharedSeeds: 0, interval: null, p: null });
    expect(row.difference).toBeCloseTo(-0.0925, 12);
  });

  it('are tested as Welch does: a tenth of 1, 2, 3 against 4, 6, 8', () => {
    const row = compared(arm({ 0: 0.1, 1: 0.2, 2: 0.3 }), arm({ 3: 0.4, 4: 0.6, 5: 0.8 }));
    expect(row.design).toBe('two-sample');
    expect(row.difference).toBeCloseTo(0.4, 12);
    expect(row.p).toBeCloseTo(0.0547868, 6);
    expect(row.interval![0]).toBeCloseTo(-0.01554, 5);
  });

  it('count one in common as no pair, where both sides have more', () => {
    const row = compared(arm({ 0: 0.5, 1: 0.6 }), arm({ 1: 0.6, 2: 0.7 }));
    expect(row).toMatchObject({ design: 'two-sample', before: { seeds: [0, 1] }, after: { seeds: [1, 2] } });
  });
});

it('does not pair equal seeds of models whose random streams differ', () => {
  const wide = [0, 1].map((seed) =>
    fixtureRecord({ value: 0.7 }, { seed, model: { ...fixtureConfig().model, width: 32 } as never }),
  );
  expect(compared(arm({ 0: 0.5, 1: 0.6 }), wide).design).toBe('two-sample');
});

it('takes parameters and speed over the compared seeds', () => {
  const after = [
    ...arm({ 0: 0.6, 1: 0.8 }, { parameters: 27000, train_examples_per_second: 600 }),
    ...arm({ 2: 0.8 }, { parameters: 1, train_examples_per_second: 1 }),
  ];
  expect(compared(arm({ 0: 0.5, 1: 0.6 }), after)).toMatchObject({ speedRatio: 1.5, parameterDifference: -53 });
});

it('counts bit-identical seeds', () => {
  const before = arm({ 0: 0.5, 1: 0.6, 2: 0.7 });
  const after = [...before.slice(0, 2), fixtureRecord({ weights_digest: null }, { seed: 2 })];
  expect(compared(before, after)).toMatchObject({ sharedSeeds: 3, bitIdentical: 2 });
});

it('leaves lost seeds out of the means, and names them', () => {
  const after = [
    ...arm({ 0: 0.5 }),
    failedRecord('boom', { seed: 1 }),
    fixtureRecord({ status: 'diverged', value: 0.1 }, { seed: 2 }),
  ];
  const row = compared(arm({ 0: 0.5, 1: 0.6, 2: 0.7 }), after);
  expect(row).toMatchObject({
    before: { seeds: [0], leftOut: [1, 2] },
    after: { seeds: [0], lost: [1, 2], mean: 0.5 },
  });
});

it('is nothing where a side has no completed seed', () => {
  expect(compareArm(arm({ 0: 0.5 }), [failedRecord('boom')])).toBeNull();
  expect(compareArm([], arm({ 0: 0.5 }))).toBeNull();
});

it('names the fields in which the configurations differ', () => {
  const training = { ...fixtureConfig().training, epochs: 5 };
  const after = fixtureRecord({}, { training, seed: 7 });
  expect(compared(arm({ 0: 0.5 }), [after]).configChanges).toEqual(['training.epochs: 2 -> 5']);
});
