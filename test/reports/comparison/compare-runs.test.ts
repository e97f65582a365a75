import { expect, it } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import type { CellRecord } from '../../../harness/record.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import { compareRuns } from '../../../reports/comparison/compare-runs.ts';
import { failedRecord, fixtureRecord, type RecordOverrides } from '../../helpers/records.ts';
import { translationCells } from '../../helpers/translation-cells.ts';
import { recordOf } from '../../run/fixtures/record-of.mjs';

const values = [0.5, 0.6, 0.7];
/** An arm's records of seeds 0 to 2. */
const armOf = (overrides: RecordOverrides = {}, by = [0, 0, 0], init: 'default' | 'spectral' = 'default') =>
  values.map((value, seed) => fixtureRecord({ value: value + by[seed]!, ...overrides }, { seed, init }));
const base = armOf();
const spectral = (overrides: RecordOverrides = {}) => fixtureRecord(overrides, { init: 'spectral' });

function compare(before: readonly CellRecord[], after: readonly CellRecord[]) {
  return compareRuns({ name: 'A', records: before }, { name: 'B', records: after });
}

it('compares arm by arm, and names the arms that only one run has', () => {
  const [comparison, ...others] = compare([...base, spectral()], base);
  expect(others).toEqual([]);
  expect(comparison).toMatchObject({ suite: 'compression', profile: 'smoke', environment: [] });
  expect(comparison!.arms.map(({ arm, bitIdentical }) => [arm, bitIdentical])).toEqual([
    ['low-rank-0.1.default.weight-decay.resnet-20.generated', 3],
  ]);
  expect(comparison!.uncompared).toEqual([
    { arm: 'low-rank-0.1.spectral.weight-decay.resnet-20.generated', reason: 'not in B', isLost: true },
  ]);
});

it('says of an arm without a completed seed how its seeds ended', () => {
  const [comparison] = compare([...base, spectral()], [...base, failedRecord('boom', { init: 'spectral' })]);
  expect(comparison!.uncompared).toMatchObject([{ reason: 'no completed seed in B (seed 0 failed)', isLost: true }]);
  const [late] = compare([...base, failedRecord('boom', { init: 'spectral' })], [...base, spectral()]);
  expect(late!.uncompared).toMatchObject([{ reason: 'no completed seed in A (seed 0 failed)', isLost: false }]);
});

it('corrects p over all arms', () => {
  const better = armOf({}, [0.1, 0.11, 0.12]);
  const [one] = compare(base, better);
  const [two] = compare(
    [...base, ...armOf({}, [0, 0, 0], 'spectral')],
    [...better, ...armOf({}, [0, 0.1, -0.1], 'spectral')],
  );
  expect(one!.arms[0]!.adjustedP).toBeCloseTo(one!.arms[0]!.p!, 12);
  expect(two!.arms[0]!.adjustedP).toBeCloseTo(2 * one!.arms[0]!.p!, 12);
});

it('keeps suites and profiles apart', () => {
  const other = armOf({ suite: 'tensors', value: 0.1 });
  const comparisons = compare([...base, ...other], [...other, ...base]);
  expect(comparisons.map(({ suite, arms }) => [suite, arms.map(({ difference }) => difference)])).toEqual([
    ['compression', [0]],
    ['tensors', [0]],
  ]);
});

it('refuses runs of other suites or profiles by name', () => {
  const other = armOf({ suite: 'tensors', profile: 'nightly' });
  expect(() => compare(base, other)).toThrow(UsageError);
  expect(() => compare(base, other)).toThrow(
    /A \(compression, profile smoke\) and B \(tensors, profile nightly\) have no arm .*low-rank-0.1.*: not in B/,
  );
});

it('refuses runs without an arm in common, and arms that failed only, by name', () => {
  expect(() => compare(base, [spectral()])).toThrow(
    /low-rank-0.1.default.*: not in B; low-rank-0.1.spectral.*: not in A/,
  );
  expect(() => compare(base, [failedRecord('boom')])).toThrow(/no completed seed in B \(seed 0 failed\)/);
});

it('refuses equal names that were measured on other data', () => {
  const { fingerprint } = base[0]!;
  const other = fixtureRecord({ fingerprint: { ...fingerprint, data: 'fedcba9876543210' } });
  expect(() => compare(base, [other])).toThrow(UsageError);
  expect(() => compare(base, [other])).toThrow(
    /other data: low-rank-0.1.*\(digest 0123456789abcdef and fedcba9876543210\).*--only/,
  );
});

it('tells what of the environment differs', () => {
  const fingerprint = { ...base[0]!.fingerprint, instruction_set: 'avx512', threads: 2 };
  const [comparison] = compare(base, [fixtureRecord({ fingerprint })]);
  expect(comparison!.environment).toEqual(['instruction_set: avx2 -> avx512', 'threads: 1 -> 2']);
});

it('keeps the values of λ of a grid apart', () => {
  const cells = translationCells(({ arms }) => {
    arms[1]!.factors.regularizer = ['frobenius-decay'];
    arms[1]!.factors.decay = [1e-4, 1e-3];
  });
  const before = cells.map((cell, index) => recordOf(cell, { value: 10 + index }));
  const after = cells.map((cell, index) => recordOf(cell, { value: 20 + 2 * index }));
  const [{ arms }] = compare(before, after) as [ReturnType<typeof compare>[0]];
  const named = ['init', 'regularizer', 'decay'];
  expect(arms.map((arm) => [...named.map((name) => factorOf(arm, name)), arm.difference])).toEqual([
    ['default', 'none', null, 10],
    ['default', 'frobenius-decay', 1e-4, 11],
    ['default', 'frobenius-decay', 1e-3, 12],
    ['spectral', 'frobenius-decay', 1e-4, 13],
    ['spectral', 'frobenius-decay', 1e-3, 14],
  ]);
  expect(new Set(arms.map(({ metric }) => metric))).toEqual(new Set(['bleu']));
});

it('compares what was tried out with its like only', () => {
  const { overrides: _none, ...config } = fixtureRecord().config;
  const tried = { ...config, overrides: { 'training.epochs': 1 } };
  const trial = { ...fixtureRecord(), config: tried } as CellRecord;
  expect(() => compare([fixtureRecord()], [trial])).toThrow(/no arm with a completed seed in both/);
  expect(compare([trial], [trial])[0]?.arms).toHaveLength(1);
});
