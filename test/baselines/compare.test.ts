import { expect, it } from 'vitest';
import { compareRecords } from '../../baselines/compare.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from '../helpers/records.ts';
import { translationCells } from '../helpers/translation-cells.ts';
import { recordOf } from '../run/fixtures/record-of.mjs';

const left = [0.5, 0.6, 0.7].map((value, seed) => fixtureRecord({ value }, { seed }));

it('gives mean, deviation, difference and ratios of an arm', () => {
  const right = [0.6, 0.8].map((value, seed) =>
    fixtureRecord(
      { value, parameters: 27000, train_examples_per_second: 600, weights_digest: `new ${seed}` },
      { seed },
    ),
  );
  const [row, ...rest] = compareRecords(left, right);
  expect(rest).toEqual([]);
  expect(row).toMatchObject({
    metric: 'accuracy',
    kind: 'image',
    model: 'resnet-20',
    dataset: 'generated',
    factors: left[0]!.factors,
    left: { n: 3, lost: 0 },
    right: { n: 2, lost: 0 },
  });
  expect(row?.left.mean).toBeCloseTo(0.6, 12);
  expect(row?.left.sd).toBeCloseTo(0.1, 12);
  expect(row?.right.sd).toBeCloseTo(Math.SQRT2 / 10, 12);
  // Paired: seeds 0 and 1 alone, 0.5 -> 0.6 and 0.6 -> 0.8.
  expect(row?.difference).toBeCloseTo(0.15, 12);
  expect(row).toMatchObject({
    speedRatio: 1.5,
    parameterDifference: -53,
    sharedSeeds: 2,
    digestsEqual: 0,
    configChanges: [],
  });
});

it('counts bit-identical seeds', () => {
  const right = [...left.slice(0, 2), fixtureRecord({ weights_digest: null }, { seed: 2 })];
  expect(compareRecords(left, right)[0]).toMatchObject({ sharedSeeds: 3, digestsEqual: 2 });
});

it('shows an arm of one side alone, without a difference', () => {
  const spectral = fixtureRecord({}, { init: 'spectral' });
  const rows = compareRecords(left, [spectral]);
  expect(rows.map((row) => [factorOf(row, 'init'), row.left.n, row.right.n])).toEqual([
    ['default', 3, 0],
    ['spectral', 0, 1],
  ]);
  expect(rows[1]).toMatchObject({ difference: null, speedRatio: null, parameterDifference: null });
  expect(rows[1]?.right.sd).toBeNull();
});

it('keeps the values of λ of a grid apart', () => {
  const cells = translationCells(({ arms }) => {
    arms[1]!.factors.regularizer = ['frobenius-decay'];
    arms[1]!.factors.decay = [1e-4, 1e-3];
  });
  const before = cells.map((cell, index) => recordOf(cell, { value: 10 + index }));
  const after = cells.map((cell, index) => recordOf(cell, { value: 20 + 2 * index }));
  const rows = compareRecords(before, after);
  const named = ['init', 'regularizer', 'decay'];
  expect(rows.map((row) => [...named.map((name) => factorOf(row, name)), row.difference])).toEqual([
    ['default', 'none', null, 10],
    ['default', 'frobenius-decay', 1e-4, 11],
    ['default', 'frobenius-decay', 1e-3, 12],
    ['spectral', 'frobenius-decay', 1e-4, 13],
    ['spectral', 'frobenius-decay', 1e-3, 14],
  ]);
  expect(new Set(rows.map(({ metric }) => metric))).toEqual(new Set(['bleu']));
  expect(rows.every(({ left, right, sharedSeeds }) => left.n === 1 && right.n === 1 && sharedSeeds === 1)).toBe(true);
});

it('leaves lost seeds out of the mean and counts them', () => {
  const right = [
    fixtureRecord({ value: 0.5 }),
    failedRecord('boom', { seed: 1 }),
    fixtureRecord({ status: 'diverged', value: 0.1 }, { seed: 2 }),
  ];
  expect(compareRecords(left, right)[0]?.right).toMatchObject({ n: 1, lost: 2, mean: 0.5 });
});

it('names the fields in which the configurations differ', () => {
  const training = { ...fixtureConfig().training, epochs: 5 };
  expect(compareRecords(left, [fixtureRecord({}, { training, seed: 7 })])[0]).toMatchObject({
    configChanges: ['training.epochs: 2 -> 5'],
    sharedSeeds: 0,
  });
});
