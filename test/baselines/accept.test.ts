import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { valueOfEntry } from '../../baselines/baseline.ts';
import { UsageError } from '../../harness/errors.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';
import { fixtureLaunch } from '../helpers/launches.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from '../helpers/records.ts';

const at = '2026-11-23T00:00:00.000Z';
const first = fixtureRecord();
const second = fixtureRecord({}, { seed: 1 });

it('stores one entry a record with its raw value and the reason', () => {
  const baseline = acceptRecords([first, fixtureRecord({ value: 0.6 }, { seed: 1 })], null, {
    why: ' first run ',
    at: at,
  });
  expect(baseline).toMatchObject({ version: 2, suite: 'compression', profile: 'smoke' });
  expect(baseline.cells.map((entry) => [entry.id, valueOfEntry(entry)])).toEqual([
    [first.id, 0.55],
    [second.id, 0.6],
  ]);
  expect(baseline.history).toEqual([{ why: 'first run', at, commit: null, cells: [first.cell, second.cell] }]);
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
      'record_values',
      'rss_peak_bytes',
      'seed',
      'status',
      'step_ms',
      'tensor_peak_bytes',
      'train_loss',
      'weights_digest',
    ].sort(),
  );
});

it('replaces the entry with the same id, keeps other arms and the history', () => {
  const other = fixtureRecord({}, { budget: 0.2 });
  const before = acceptRecords([first, other], null, { why: 'one', at });
  const after = acceptRecords([fixtureRecord({ value: 0.7 })], before, { why: 'two', at });
  expect(after.cells.map((entry) => [entry.id, valueOfEntry(entry)])).toEqual([
    [other.id, 0.55],
    [first.id, 0.7],
  ]);
  expect(after.history.map(({ why }) => why)).toEqual(['one', 'two']);
  expect(before.cells).toHaveLength(2);
});

it('changes nothing where the baseline holds the very results already, and keeps its history', () => {
  const before = acceptRecords([first, second], null, { why: 'one', at });
  expect(acceptRecords([second, first], before, { why: 'again', at })).toBe(before);
  const stored = JSON.parse(JSON.stringify(before)) as typeof before;
  expect(acceptRecords([first], stored, { why: 'again', at })).toBe(stored);
  const later = { ...first, program: 'later' };
  expect(acceptRecords([later], stored, { why: 'again', at })).toBe(stored);
});

describe('what is measured otherwise each time makes no new acceptance', () => {
  const launch = fixtureLaunch();
  const before = acceptRecords([first, second], null, { why: 'one', at, commit: 'abc' });
  const accept = (records: FinishedRecord[], resources?: Set<string>, previous = before) =>
    acceptRecords(records, previous, { why: 'two', at: '2026-12-01T00:00:00.000Z', commit: 'def', resources });

  it('but results, counts, definitions and environments do', () => {
    const anew = { step_ms: 202, rss_peak_bytes: 525e6, program: 'later', seconds: 13 };
    expect(accept([fixtureRecord(anew), second])).toBe(before);
    const { fingerprint } = first;
    for (const other of [
      { train_loss: 1.26 },
      { macs: 4301121 },
      { tensor_peak_bytes: 104857601 },
      { fingerprint: { ...fingerprint, threads: 2 } },
    ]) {
      expect(accept([fixtureRecord({ ...anew, ...other })]).history).toHaveLength(2);
    }
    const defined = accept([fixtureRecord({ definition: fixtureDefinition() })]);
    const changed = fixtureRecord({ definition: fixtureDefinition({ rates: '0.2*15' }) });
    expect(accept([changed], undefined, defined).history).toHaveLength(2);
  });

  it('what an entry lacks is added, of date and commit as they were', () => {
    const parts = { launch, definition: fixtureDefinition() };
    const lacking = acceptRecords([fixtureRecord({ resumed_points: 1, step_ms: null })], null, { why: 'one', at });
    expect(lacking.cells[0]).toMatchObject({ rss_peak_bytes: null, step_ms: null });
    const later = fixtureRecord({ ...parts, step_ms: 202, program: 'later' });
    const filled = accept([later], undefined, lacking);
    expect(filled.history).toBe(lacking.history);
    expect(filled.cells).toEqual([{ ...lacking.cells[0], ...parts, step_ms: 202, rss_peak_bytes: 524288000 }]);
    // Facts that programs did not tell then.
    const facts = { ...parts.definition.facts, more: 'de' };
    const telling = fixtureRecord({ ...later, definition: fixtureDefinition({ facts }) });
    const told = accept([telling], undefined, filled);
    expect(told.history).toBe(lacking.history);
    expect(told.cells[0]?.definition?.facts).toEqual(facts);
    expect(accept([later], undefined, told).history).not.toBe(lacking.history);
    // What is held is not measured away.
    const faster = fixtureRecord({ ...later, launch: fixtureLaunch({ x: -1 }), step_ms: 100 });
    expect(accept([faster], undefined, filled)).toBe(filled);
    const beside = accept([later, fixtureRecord({ value: 0.7 }, { seed: 1 })]);
    expect(beside.history[1]?.cells).toEqual([second.cell]);
    expect(beside.cells[0]).toMatchObject({ cell: first.cell, launch, program: 'fixture', step_ms: 200 });
  });

  it('speed and memory that the check calls others are accepted, with date and commit', () => {
    const held = accept([fixtureRecord({ launch })]);
    const slower = fixtureRecord({ launch: fixtureLaunch({ x: 0 }), rss_peak_bytes: 700e6 });
    const next = accept([slower, second], new Set([first.id]), held);
    expect(next.cells.find(({ id }) => id === first.id)).toMatchObject({ launch: { x: 0 }, rss_peak_bytes: 700e6 });
    expect(next.history.at(-1)).toMatchObject({ commit: 'def', cells: [first.cell] });
    expect(next.cells).toHaveLength(2);
  });
});

it('names in its history only the cells whose results it changes', () => {
  const before = acceptRecords([first, second], null, { why: 'one', at });
  const after = acceptRecords([first, fixtureRecord({ value: 0.7 }, { seed: 1 })], before, { why: 'two', at });
  expect(after.history[1]).toEqual({ why: 'two', at, commit: null, cells: [second.cell] });
});

it('replaces an older configuration of the same cell on the same data set', () => {
  const training = { ...fixtureConfig().training, epochs: 3 };
  const newer = fixtureRecord({}, { training });
  const after = acceptRecords([newer], acceptRecords([first, second], null, { why: 'one', at }), {
    why: 'longer',
    at: at,
  });
  expect(after.cells.map(({ id }) => id)).toEqual([second.id, newer.id]);
});

it('keeps entries of the same cell name on another data set', () => {
  const dataset = { ...fixtureConfig().dataset, name: 'cifar-10' as const };
  const files = fixtureRecord({ cell: first.cell }, { dataset });
  const after = acceptRecords([files], acceptRecords([first], null, { why: 'one', at }), {
    why: 'real data',
    at: at,
  });
  expect(after.cells.map(({ id }) => id)).toEqual([first.id, files.id]);
});

it('keeps entries of the same cell on other files of the data set, and replaces each by its own', () => {
  const elsewhere = (value: number) =>
    fixtureRecord({ value, fingerprint: { ...first.fingerprint, data: 'fedcba9876543210' } });
  const both = acceptRecords([elsewhere(0.4)], acceptRecords([first], null, { why: 'one', at }), { why: 'mine', at });
  expect(both.cells.map((entry) => [entry.id, valueOfEntry(entry)])).toEqual([
    [first.id, 0.55],
    [first.id, 0.4],
  ]);
  const after = acceptRecords([elsewhere(0.5)], both, { why: 'better', at });
  expect(after.cells.map(valueOfEntry)).toEqual([0.55, 0.5]);
  // Another configuration leaves neither behind: no run could meet them any more.
  const training = { ...fixtureConfig().training, epochs: 3 };
  expect(acceptRecords([fixtureRecord({}, { training })], after, { why: 'longer', at }).cells).toHaveLength(1);
});

it('keeps the commit, and drops what is removed, by itself too', () => {
  const before = acceptRecords([first, second], null, { why: 'one', at, commit: 'abc' });
  expect(before.history[0]).toMatchObject({ commit: 'abc' });
  const removed = before.cells.filter(({ id }) => id === second.id);
  const after = acceptRecords([], before, { why: 'planned no more', at, removed });
  expect(after.cells.map(({ id }) => id)).toEqual([first.id]);
  expect(after.history[1]).toMatchObject({ why: 'planned no more', cells: [second.cell] });
});

describe('of a nightly', () => {
  const nightly = (...seeds: number[]) =>
    seeds.map((seed) => fixtureRecord({ profile: 'nightly', value: 0.5 + 0.01 * seed }, { seed }));

  it('refuses an arm of fewer than 3 seeds, with those that are stored already', () => {
    expect(() => acceptRecords(nightly(0, 1), null, { why: 'few', at })).toThrow(/fewer than 3 seeds.*--seeds 3/);
    const stored = acceptRecords(nightly(0, 1, 2), null, { why: 'three', at });
    expect(acceptRecords(nightly(3), stored, { why: 'one more', at }).cells).toHaveLength(4);
  });

  it('takes an arm with all the seeds that its profile plans, as of a sweep', () => {
    const planned = new Set(nightly(0).map(({ cell }) => cell));
    expect(acceptRecords(nightly(0), null, { why: 'a sweep', at, planned }).cells).toHaveLength(1);
    const three = new Set(nightly(0, 1, 2).map(({ cell }) => cell));
    expect(() => acceptRecords(nightly(0), null, { why: 'few', at, planned: three })).toThrow(/fewer than 3 seeds/);
  });

  it('refuses a seed of other bits whose arm would be left with fewer than 3, naming it and the remedy', () => {
    const stored = acceptRecords(nightly(0, 1, 2, 3), null, { why: 'four', at });
    const one = { ...nightly(0)[0]!, program: 'later', weights_digest: 'later' };
    expect(() => acceptRecords([one], stored, { why: 'one night', at })).toThrow(
      `accept: ${first.cell} would leave an arm of a nightly baseline with fewer than 3 seeds, which do not tell how ` +
        'much it spreads, as the seeds beside have other bits and were not run again. Run it with --seeds 4, or',
    );
    const three = nightly(0, 1, 2).map((record) => ({ ...record, program: 'later', weights_digest: 'later' }));
    const next = acceptRecords(three, stored, { why: 'all', at });
    expect(next.cells.map(({ seed, program }) => [seed, program])).toEqual([0, 1, 2].map((seed) => [seed, 'later']));
    expect(next.history[1]?.cells).toEqual(nightly(0, 1, 2, 3).map(({ cell }) => cell));
  });
});

describe('the seeds of an arm are one level', () => {
  const third = fixtureRecord({}, { seed: 2 });
  const before = acceptRecords([first, second, third], null, { why: 'one', at });
  const seedsAfter = (records: FinishedRecord[], beside: FinishedRecord[] = []) =>
    acceptRecords(records, before, { why: 'two', at, beside })
      .cells.map(({ seed }) => seed)
      .sort();
  const later = { program: 'later' };
  const moved = fixtureRecord({ ...later, weights_digest: 'later' });

  it('so that those go that were not run again where another has other bits', () => {
    expect(seedsAfter([moved])).toEqual([0]);
    // Run again, and the same: kept, whether it is to be stored or not.
    expect(seedsAfter([moved, { ...second, ...later }])).toEqual([0, 1]);
    expect(seedsAfter([moved], [{ ...second, ...later }])).toEqual([0, 1]);
    expect(seedsAfter([moved], [fixtureRecord({ weights_digest: 'later' }, { seed: 1 })])).toEqual([0]);
    // Equal weights of another value are another level, too.
    expect(seedsAfter([fixtureRecord({ ...later, value: 0.7 })])).toEqual([0]);
  });

  it('and stay where those that run repeat their bits, whatever else is new of them', () => {
    expect(seedsAfter([fixtureRecord({ ...later, parameters: 1000 })])).toEqual([0, 1, 2]);
    expect(seedsAfter([fixtureRecord({}, { seed: 3 })])).toEqual([0, 1, 2, 3]);
  });

  it('a new seed of another program or environment joins only beside one that repeats', () => {
    const added = fixtureRecord(later, { seed: 3 });
    expect(seedsAfter([added])).toEqual([3]);
    expect(seedsAfter([{ ...first, ...later }, added])).toEqual([0, 1, 2, 3]);
    const there = { ...first.fingerprint, threads: 2 };
    expect(seedsAfter([fixtureRecord({ fingerprint: there }, { seed: 3 })])).toEqual([3]);
    // What a seed read of others is its own.
    const needs = { ...first.fingerprint, needs: 'of seed 3' };
    expect(seedsAfter([fixtureRecord({ fingerprint: needs }, { seed: 3 })])).toEqual([0, 1, 2, 3]);
  });

  it('and other arms, and the same arm on other files, are not touched', () => {
    const other = fixtureRecord({}, { budget: 0.2 });
    const files = { ...second, fingerprint: { ...second.fingerprint, data: 'fedcba9876543210' } };
    const all = acceptRecords([other, files], before, { why: 'beside', at });
    const after = acceptRecords([moved], all, { why: 'moved', at });
    expect(after.cells.map(({ cell }) => cell).sort()).toEqual([first.cell, second.cell, other.cell].sort());
  });
});

it('refuses records of two environments, naming what differs, but for processors where results are portable', () => {
  const there = { ...second, fingerprint: { ...second.fingerprint, threads: 2 } };
  expect(() => acceptRecords([first, there], null, { why: 'mixed', at })).toThrow('two environments (threads)');
  const portable = (record: FinishedRecord, caches: string) => ({
    ...record,
    fingerprint: { ...record.fingerprint, arithmetic: 'portable' as const, caches },
  });
  const both = [portable(first, 'L1 32K'), portable(second, 'L1 48K')];
  expect(acceptRecords(both, null, { why: 'portable', at }).cells).toHaveLength(2);
});

it('accepts a diverged record', () => {
  const diverged = fixtureRecord({ status: 'diverged', value: null });
  expect(acceptRecords([diverged], null, { why: 'known to diverge', at }).cells[0]?.status).toBe('diverged');
});

const checks = [{ name: 'sum', expected: 1, measured: 2, tolerance: 0.5 }];

it('says what to do about a check of exactness that fails', () => {
  expect(() => acceptRecords([fixtureRecord({ checks })], null, { why: 'why', at })).toThrow(
    `accept: ${first.cell} failed a check of exactness, which no baseline makes right. Mend what they compute, or leave ` +
      'them out with --only.',
  );
});

it('accepts a record whose checks of exactness pass, with them', () => {
  const passing = [{ name: 'sum', expected: 1, measured: 1.5, tolerance: 0.5 }];
  expect(acceptRecords([fixtureRecord({ checks: passing })], null, { why: 'why', at }).cells[0]?.checks).toEqual(
    passing,
  );
});

it.each([
  ['an empty reason', [first], ' \n', '--why'],
  ['no records', [], 'why', 'no records'],
  ['a failed record', [first, failedRecord('boom', { seed: 1 })], 'why', second.cell],
  ['a record that failed a check of exactness', [first, fixtureRecord({ checks }, { seed: 1 })], 'why', second.cell],
  ['a record that came twice', [first, first], 'why', 'more than once'],
  ['two suites', [first, { ...second, suite: 'other' }], 'why', 'one suite and profile'],
])('refuses %s', (_, records, why, part) => {
  const accept = () => acceptRecords(records, null, { why, at });
  expect(accept).toThrow(UsageError);
  expect(accept).toThrow(part);
});

it('refuses records of another profile than the stored baseline', () => {
  const before = acceptRecords([first], null, { why: 'one', at });
  expect(() => acceptRecords([{ ...second, profile: 'nightly' }], before, { why: 'two', at })).toThrow(UsageError);
});
