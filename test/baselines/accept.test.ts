import { expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { valueOfEntry } from '../../baselines/baseline.ts';
import { UsageError } from '../../harness/errors.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from '../helpers/records.ts';

const at = '2026-11-23T00:00:00.000Z';
const first = fixtureRecord();
const second = fixtureRecord({}, { seed: 1 });

it('stores one entry a record with its raw value and the reason', () => {
  const baseline = acceptRecords([first, fixtureRecord({ value: 0.6 }, { seed: 1 })], null, ' first run ', at);
  expect(baseline).toMatchObject({ version: 2, suite: 'compression', profile: 'smoke' });
  expect(baseline.cells.map((entry) => [entry.id, valueOfEntry(entry)])).toEqual([
    [first.id, 0.55],
    [second.id, 0.6],
  ]);
  expect(baseline.history).toEqual([{ why: 'first run', at, cells: [first.cell, second.cell] }]);
  expect(Object.keys(baseline.cells[0] ?? {}).sort()).toEqual(
    [
      'cell',
      'checks',
      'config',
      'dataset',
      'factors',
      'fingerprint',
      'id',
      'kind',
      'macs',
      'measures',
      'model',
      'nonzero_parameters',
      'parameters',
      'program',
      'ratio',
      'rss_peak_bytes',
      'seed',
      'status',
      'step_ms',
      'train_loss',
      'weights_digest',
    ].sort(),
  );
});

it('replaces the entry with the same id, keeps the others and the history', () => {
  const before = acceptRecords([first, second], null, 'one', at);
  const after = acceptRecords([fixtureRecord({ value: 0.7 })], before, 'two', at);
  expect(after.cells.map((entry) => [entry.id, valueOfEntry(entry)])).toEqual([
    [second.id, 0.55],
    [first.id, 0.7],
  ]);
  expect(after.history.map(({ why }) => why)).toEqual(['one', 'two']);
  expect(before.cells).toHaveLength(2);
});

it('changes nothing where the baseline holds the very results already, and keeps its history', () => {
  const before = acceptRecords([first, second], null, 'one', at);
  expect(acceptRecords([second, first], before, 'again', at)).toBe(before);
  const stored = JSON.parse(JSON.stringify(before)) as typeof before;
  expect(acceptRecords([first], stored, 'again', at)).toBe(stored);
  const later = { ...first, program: 'later' };
  expect(acceptRecords([later], stored, 'again', at)).toBe(stored);
});

it('names in its history only the cells whose results it changes', () => {
  const before = acceptRecords([first, second], null, 'one', at);
  const after = acceptRecords([first, fixtureRecord({ value: 0.7 }, { seed: 1 })], before, 'two', at);
  expect(after.history[1]).toEqual({ why: 'two', at, cells: [second.cell] });
});

it('replaces an older configuration of the same cell on the same data set', () => {
  const training = { ...fixtureConfig().training, epochs: 3 };
  const newer = fixtureRecord({}, { training });
  const after = acceptRecords([newer], acceptRecords([first, second], null, 'one', at), 'longer', at);
  expect(after.cells.map(({ id }) => id)).toEqual([second.id, newer.id]);
});

it('keeps entries of the same cell name on another data set', () => {
  const dataset = { ...fixtureConfig().dataset, name: 'cifar-10' as const };
  const files = fixtureRecord({ cell: first.cell }, { dataset });
  const after = acceptRecords([files], acceptRecords([first], null, 'one', at), 'real data', at);
  expect(after.cells.map(({ id }) => id)).toEqual([first.id, files.id]);
});

it('accepts a diverged record', () => {
  const diverged = fixtureRecord({ status: 'diverged', value: null });
  expect(acceptRecords([diverged], null, 'known to diverge', at).cells[0]?.status).toBe('diverged');
});

const checks = [{ name: 'sum', expected: 1, measured: 2, tolerance: 0.5 }];

it('says what to do about a check of exactness that fails', () => {
  expect(() => acceptRecords([fixtureRecord({ checks })], null, 'why', at)).toThrow(
    `accept: ${first.cell} failed a check of exactness, which no baseline makes right. Mend what they compute, or leave ` +
      'them out with --only.',
  );
});

it('accepts a record whose checks of exactness pass, with them', () => {
  const passing = [{ name: 'sum', expected: 1, measured: 1.5, tolerance: 0.5 }];
  expect(acceptRecords([fixtureRecord({ checks: passing })], null, 'why', at).cells[0]?.checks).toEqual(passing);
});

it.each([
  ['an empty reason', [first], ' \n', '--why'],
  ['no records', [], 'why', 'no records'],
  ['a failed record', [first, failedRecord('boom', { seed: 1 })], 'why', second.cell],
  ['a record that failed a check of exactness', [first, fixtureRecord({ checks }, { seed: 1 })], 'why', second.cell],
  ['a record that came twice', [first, first], 'why', 'more than once'],
  ['two suites', [first, { ...second, suite: 'other' }], 'why', 'one suite and profile'],
])('refuses %s', (_, records, why, part) => {
  const accept = () => acceptRecords(records, null, why, at);
  expect(accept).toThrow(UsageError);
  expect(accept).toThrow(part);
});

it('refuses records of another profile than the stored baseline', () => {
  const before = acceptRecords([first], null, 'one', at);
  expect(() => acceptRecords([{ ...second, profile: 'nightly' }], before, 'two', at)).toThrow(UsageError);
});
