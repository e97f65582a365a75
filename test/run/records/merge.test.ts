import { mkdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import { type MergeSource, mergedRunFile, mergeSources, readMergeSource } from '../../../harness/run/records/merge.ts';
import type { RunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { fixtureCell, recordOfCell, temporaryFolder } from '../helpers.ts';

const first = recordOfCell(fixtureCell('fine'));
const second = recordOfCell(fixtureCell('fine', { seed: 1 }));

function source(outDir: string, ...records: CellRecord[]): MergeSource {
  return { outDir, run: null, records };
}

const run = (commit: string, cellsOfPlan: number): RunFile => ({
  version: 1,
  suite: 'compression',
  profile: 'smoke',
  command_line: [],
  options: {},
  versions: { factorbench: '1.0.0', commit, node: 'v20' },
  data: { source: 'generated', folder: null },
  started_at: '',
  finished_at: null,
  cells_of_plan: cellsOfPlan,
  planned: 1,
  resumed: 0,
  completed: 1,
  diverged: 0,
  failed: 0,
  interrupted: false,
  exit_code: 0,
});

it('joins shards, sorted by cell, and knows how many cells the whole plan has', () => {
  const sources = [
    { ...source('/b', second), run: run('c', 7) },
    { ...source('/a', first), run: run('c', 7) },
  ];
  expect(mergeSources(sources)).toEqual({ records: [first, second], planned: 7 });
});

it('accepts identical duplicates', () => {
  expect(mergeSources([source('/a', first), source('/b', { ...first, seconds: 99 }, second)]).records).toHaveLength(2);
});

it.each([[0], [1]])('prefers a finished record to a failed one, in either order (%i)', (order) => {
  const failed: CellRecord = { ...first, status: 'failed', error: 'x', value: null, fingerprint: null };
  const sources = [source('/a', failed), source('/b', first)];
  expect(mergeSources(order === 0 ? sources : sources.reverse()).records).toEqual([first]);
});

describe('refuses, naming both files,', () => {
  it.each<[string, Partial<CellRecord>, RegExp]>([
    ['unequal weights of one cell', { weights_digest: 'other' }, /weights_digest is .* and other/],
    ['unequal values of one cell', { value: 0.1 }, /value is 0.55 and 0.1/],
    ['unequal status of one cell', { status: 'diverged' }, /status is completed and diverged/],
    ['unequal ids of one cell', { id: 'other' }, /ids id-fine-0 and other/],
    ['another suite', { suite: 'tensors', cell: 'x' }, /suite is compression and tensors/],
    ['another profile', { profile: 'paper', cell: 'x' }, /profile is smoke and paper/],
    [
      'another engine',
      { cell: 'x', fingerprint: { ...first.fingerprint!, tensorflow: '1.0' } },
      /tensorflow is .* and 1.0/,
    ],
  ])('%s', (_, change, message) => {
    const merge = () => mergeSources([source('/a', first), source('/b', { ...first, ...change })]);
    expect(merge).toThrow(message);
    expect(merge).toThrow(recordPath(storeAt('/a'), 'fine.seed-0'));
    expect(merge).toThrow(recordPath(storeAt('/b'), change.cell ?? 'fine.seed-0'));
  });

  it('runs of different commits', () => {
    const sources = [
      { ...source('/a', first), run: run('abc', 2) },
      { ...source('/b', second), run: run('def', 2) },
    ];
    expect(() => mergeSources(sources)).toThrow(/\/a\/run.json and \/b\/run.json .*commit.* abc and def/);
  });
});

it('allows shards on processors of different kinds', () => {
  const other = { ...second, fingerprint: { ...second.fingerprint!, instruction_set: 'avx512' } };
  expect(mergeSources([source('/a', first), source('/b', other)]).records).toHaveLength(2);
});

it('refuses an absent folder, an empty one and a damaged record', async () => {
  const dir = await temporaryFolder();
  await expect(readMergeSource(join(dir, 'absent'))).rejects.toThrow(/no folder .*absent/);
  await mkdir(join(dir, 'empty'));
  await expect(readMergeSource(join(dir, 'empty'))).rejects.toThrow(/empty holds no records/);
  const store = storeAt(join(dir, 'damaged'));
  await writeRecord(store, first);
  await writeRecord(store, second);
  await truncate(recordPath(store, first.cell), 50);
  await expect(readMergeSource(store.outDir)).rejects.toThrow(recordPath(store, first.cell));
});

it('describes the merged run only where every shard says how it was run', () => {
  const sources = [
    { ...source('/a', first), run: run('c', 3) },
    { ...source('/b', second), run: run('c', 3) },
  ];
  expect(mergedRunFile(sources, mergeSources(sources), ['merge'], 1)).toMatchObject({
    command_line: ['merge'],
    options: { merged: ['/a', '/b'] },
    cells_of_plan: 3,
    planned: 3,
    completed: 2,
    interrupted: true,
    exit_code: 1,
  });
  expect(mergedRunFile([sources[0]!, source('/b', second)], mergeSources(sources), [], 0)).toBeNull();
});
