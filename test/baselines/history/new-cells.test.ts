import { expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { type Baseline, entryOf } from '../../../baselines/baseline.ts';
import { cellsOf, type History } from '../../../baselines/history/history-line.ts';
import { refuseTwice } from '../../../baselines/history/history-text.ts';
import { newlyAccepted, nightCells, withNightCells } from '../../../baselines/history/new-cells.ts';
import { freshSeeds } from '../../../harness/night.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import { fixtureLaunch } from '../../helpers/launches.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from '../../helpers/records.ts';

const night = '2026-12-01';
const run = { night, run: '2026-12-01T01:00:00.000Z', commit: 'c0ffee' };
const [fresh] = freshSeeds('compression', 'smoke', night);

test('a night adds its fixed and its fresh seeds, with where and by what they were computed', () => {
  const records = [fixtureRecord({ value: 0.4 }), fixtureRecord({ status: 'diverged', value: null }, { seed: fresh! })];
  const { cells, leftOut } = nightCells(records, run);
  expect(leftOut).toBe(0);
  expect(cells.map(({ role, seed, status, value }) => [role, seed, status, value])).toEqual([
    ['fixed', 0, 'completed', 0.4],
    ['fresh', fresh, 'diverged', null],
  ]);
  const [first] = cells;
  expect(first).toMatchObject({ ...run, program: 'fixture', metric: 'accuracy', loss: 1.25, macs: 4301120 });
  expect(first!.cell).toBe(`${first!.arm}.seed-0`);
  const { fingerprint } = fixtureRecord();
  const elsewhere = nightCells([fixtureRecord({ fingerprint: { ...fingerprint, threads: 2 } })], run).cells[0];
  expect(elsewhere!.environment).not.toBe(first!.environment);
  const other = nightCells([fixtureRecord({ fingerprint: { ...fingerprint, data: 'other' } })], run).cells[0];
  expect([other!.environment, other!.data]).toEqual([first!.environment, 'other']);
});

test('a timed launch brings its speed, and why it is void; nothing where none was timed', () => {
  const launch = fixtureLaunch({ x: -0.5, c: 2, void: ['the machine was unsteady'] });
  const [timed] = nightCells([fixtureRecord({ launch })], run).cells;
  expect(timed).toMatchObject({ x: -0.5, c: 2, void: ['the machine was unsteady'] });
  const steady = fixtureRecord({ launch: fixtureLaunch({ x: -0.5, c: 2 }) });
  const cells = [nightCells([steady], run).cells[0]!, nightCells([fixtureRecord()], run).cells[0]!];
  expect(cells.map((cell) => ['x', 'c', 'void'].filter((name) => name in cell))).toEqual([['x', 'c'], []]);
  const accepted = { version: 2 as const, suite: 'compression', profile: 'smoke' as const, history: [] };
  const [known] = newlyAccepted({ ...accepted, cells: [entryOf(steady)] }, { entries: [] }, night);
  expect(known).toMatchObject({ role: 'accepted', x: -0.5, c: 2 });
});

test('what failed, was tried out, is from a file or has no weights is left out', () => {
  const records = [
    failedRecord('boom'),
    fixtureRecord({}, { overrides: { 'training.epochs': 1 } }),
    fixtureRecord({}, { methodDigest: 'f'.repeat(64) }),
    fixtureRecord({ weights_digest: null }),
  ];
  expect(nightCells(records, run)).toEqual({ cells: [], leftOut: 4 });
});

test('accepted seeds are added once, for the arms that are new', () => {
  const [known, unknown] = [fixtureRecord(), fixtureRecord({}, { budget: 0.2 })];
  const history = [{ why: 'first', at: '2026-11-01T10:00:00.000Z', cells: [known.cell] }];
  const baseline = {
    version: 2 as const,
    suite: 'compression',
    profile: 'smoke' as const,
    history,
    cells: [entryOf(known)],
  };
  const entries = newlyAccepted(baseline, { entries: [] }, night);
  expect(entries).toMatchObject([{ night: '2026-11-01', role: 'accepted', seed: 0, factors: known.factors }]);
  const both = { ...baseline, history: [], cells: [entryOf(known), entryOf(unknown)] };
  expect(newlyAccepted(both, { entries }, night)).toMatchObject([{ night, cell: unknown.cell }]);
  const moved = { ...known, fingerprint: { ...known.fingerprint, data: 'other' } };
  expect(newlyAccepted({ ...baseline, cells: [entryOf(moved)] }, { entries }, night)).toHaveLength(1);
});

test('accepted seeds are added anew where the baseline has others of their arm, and once', () => {
  const seeds = [0, 1, 2].map((seed) => fixtureRecord({}, { seed }));
  const accept = (records: FinishedRecord[], before: Baseline | null, at: string) =>
    acceptRecords(records, before, { why: 'x', at });
  const old = accept(seeds, null, '2026-11-01T10:00:00.000Z');
  const beginning = { suite: 'compression', profile: 'smoke' as const, entries: [] };
  const grown = (history: History, baseline: Baseline, date: string, began = `${date}T01:00:00.000Z`) => {
    const { cells } = nightCells([fixtureRecord({}, { seed: freshSeeds('compression', 'smoke', date)[0]! })], {
      night: date,
      run: began,
      commit: null,
    });
    const next = withNightCells(history, baseline, date, cells);
    refuseTwice(next.entries, 'here');
    return { history: next, added: cellsOf(next).slice(history.entries.length, -1) };
  };
  const first = grown(beginning, old, '2026-12-01');
  expect(first.added.map(({ seed, since }) => [seed, since])).toEqual([0, 1, 2].map((seed) => [seed, undefined]));
  expect(first.added[0]!.configuration).toBe(cellsOf(first.history).at(-1)!.configuration);

  // Further seeds of the same program come with the ones before.
  const more = accept([fixtureRecord({}, { seed: 3 })], old, '2026-12-01T12:00:00.000Z');
  const second = grown(first.history, more, '2026-12-02');
  expect(second.added.map(({ seed, since }) => [seed, since])).toEqual(
    [0, 1, 2, 3].map((seed) => [seed, '2026-12-02']),
  );
  expect(grown(second.history, more, '2026-12-03').added).toEqual([]);

  // Other bits, which were accepted after a night had begun: the next one is held against them.
  const later = seeds.map((record) =>
    fixtureRecord({ weights_digest: 'later', program: 'later' }, { seed: record.seed }),
  );
  const moved = accept(later, more, '2026-12-03T12:00:00.000Z');
  const third = grown(second.history, moved, '2026-12-03');
  expect(third.added).toEqual([]);
  const fourth = grown(third.history, moved, '2026-12-04');
  expect(fourth.added.map(({ weights, since }) => [weights, since])).toEqual(
    [0, 1, 2].map(() => ['later', '2026-12-04']),
  );

  // Another configuration of the same results.
  const training = { ...fixtureConfig().training, epochs: 3 };
  const longer = accept(
    seeds.map(({ seed }) => fixtureRecord({ weights_digest: 'later' }, { seed, training })),
    moved,
    '2026-12-04T12:00:00.000Z',
  );
  const fifth = grown(fourth.history, longer, '2026-12-05');
  expect(fifth.added).toHaveLength(3);
  expect(fifth.added[0]!.configuration).not.toBe(fourth.added[0]!.configuration);
});
