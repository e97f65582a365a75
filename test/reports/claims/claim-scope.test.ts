import { expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { nightCells, withNightCells } from '../../../baselines/history/new-cells.ts';
import { freshSeeds } from '../../../harness/night.ts';
import { scopeOfBaseline } from '../../../reports/claims/claim-scope.ts';
import { fixtureConfig, fixtureRecord } from '../../helpers/records.ts';

const night = '2026-12-01';
const [fresh] = freshSeeds('compression', 'smoke', night) as [number];
const accepted = [0, 1].map((seed) => fixtureRecord({ value: 0.4 + 0.1 * seed }, { seed }));
const baseline = acceptRecords(accepted, null, { why: 'first', at: '2026-11-23T00:00:00.000Z' });

/** The baseline with what a night trained. */
function scopeAfter(records: Parameters<typeof nightCells>[0]) {
  const { cells } = nightCells(records, { night, run: `${night}T01:00:00.000Z`, commit: 'c0ffee' });
  const empty = { suite: 'compression', profile: 'smoke', entries: [] } as const;
  return scopeOfBaseline(baseline, armHistories(withNightCells({ ...empty, entries: [] }, baseline, night, cells)));
}

test('a baseline alone has its accepted seeds', () => {
  const { from, arms } = scopeOfBaseline(baseline, null);
  expect([from, arms.map(({ values }) => [...values])]).toEqual([
    'baseline',
    [
      [
        [0, 0.4],
        [1, 0.5],
      ],
    ],
  ]);
});

test('nights add fresh seeds that completed; what repeats accepted ones changes nothing', () => {
  const { from, arms } = scopeAfter([
    fixtureRecord({ value: 0.45 }, { seed: fresh }),
    fixtureRecord({ value: 0.9 }, { seed: 0 }),
  ]);
  expect(from).toBe('baseline, 1 nights');
  expect(Object.fromEntries(arms[0]!.values)).toEqual({ 0: 0.4, 1: 0.5, [fresh]: 0.45 });
  const diverged = scopeAfter([fixtureRecord({ status: 'diverged', value: null }, { seed: fresh })]);
  expect([...diverged.arms[0]!.values.keys()].sort()).toEqual([0, 1]);
});

test('seeds on other data, or of another configuration, are of no arm of the baseline', () => {
  const { fingerprint } = fixtureRecord();
  const elsewhere = scopeAfter([fixtureRecord({ fingerprint: { ...fingerprint, data: 'other' } }, { seed: fresh })]);
  expect([...elsewhere.arms[0]!.values.keys()]).toEqual([0, 1]);
  const training = { ...fixtureConfig().training, learningRate: 0.5 };
  const other = scopeAfter([fixtureRecord({}, { seed: fresh, training })]);
  expect([...other.arms[0]!.values.keys()]).toEqual([0, 1]);
});
