import { mkdir, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CellRecord, FinishedRecord } from '../../../harness/record.ts';
import {
  type MergeSource,
  mergedRunFile,
  mergeSources,
  mergeWeights,
  readMergeSource,
} from '../../../harness/run/records/merge.ts';
import { keptWeights } from '../../../harness/run/records/needed.ts';
import type { RunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import type { RecordOverrides } from '../../helpers/records.ts';
import { recordOf } from '../fixtures/record-of.mjs';
import { failureOfCell, fixtureCell, recordOfCell, temporaryFolder } from '../helpers.ts';
import { keepWeights } from '../keep-weights.ts';

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
  const failed = failureOfCell(fixtureCell('fine'), 'x');
  const sources = [source('/a', failed), source('/b', first)];
  expect(mergeSources(order === 0 ? sources : sources.reverse()).records).toEqual([first]);
});

describe('refuses, naming both files,', () => {
  const changed = (change: RecordOverrides) => recordOfCell(fixtureCell('fine'), change);
  const other = recordOfCell(fixtureCell('fine', {}, { budget: 0.2 }));
  it.each<[string, CellRecord, RegExp]>([
    ['unequal weights of one cell', changed({ weights_digest: 'other' }), /weights_digest is .* and other/],
    ['unequal values of one cell', changed({ value: 0.1 }), /accuracy is 0.55 and 0.1/],
    ['unequal results of one cell', changed({ result_digest: 'other' }), /result_digest is .* and other/],
    ['unequal status of one cell', changed({ status: 'diverged' }), /status is completed and diverged/],
    ['unequal ids of one cell', other, new RegExp(`ids ${first.id} and ${other.id}`)],
    ['another suite', changed({ suite: 'tensors', cell: 'x' }), /suite is compression and tensors/],
    ['another profile', changed({ profile: 'paper', cell: 'x' }), /profile is smoke and paper/],
    [
      'another engine',
      changed({ cell: 'x', fingerprint: { ...first.fingerprint, tensorflow: '1.0' } }),
      /tensorflow is .* and 1.0/,
    ],
  ])('%s', (_, record, message) => {
    const merge = () => mergeSources([source('/a', first), source('/b', record)]);
    expect(merge).toThrow(message);
    expect(merge).toThrow(recordPath(storeAt('/a'), 'fine.seed-0'));
    expect(merge).toThrow(recordPath(storeAt('/b'), record.cell));
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
  const other = { ...second, fingerprint: { ...second.fingerprint, instruction_set: 'avx512' } };
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

describe('cells that read from each other', () => {
  /** Link 1 reads 0. */
  const cells = chainCells([[], [0]]);
  const [needed, reader] = cells.map((cell) => recordOf(cell)) as [CellRecord, CellRecord];

  it('may lie in several folders', () => {
    const { records } = mergeSources([source('/a', reader), source('/b', needed)]);
    expect(records.map(({ cell }) => cell)).toEqual(['fine-0.seed-0', 'fine-1.seed-0']);
  });

  it('are refused where what one reads is in none of them, naming both and the remedy', () => {
    expect(() => mergeSources([source('/a', reader)])).toThrow(
      `merge: ${recordPath(storeAt('/a'), 'fine-1.seed-0')} reads from fine-0.seed-0 (its link-0), which no folder ` +
        'holds; merge that too.',
    );
  });

  it('are refused where one read another result than is there', () => {
    const trainedAgain = recordOf(cells[0]!, { result_digest: 'another' });
    const merge = () => mergeSources([source('/a', reader), source('/b', trainedAgain)]);
    expect(merge).toThrow('the first read the result result of fine-0.seed-0 of the second, which gives another');
    expect(merge).toThrow(recordPath(storeAt('/a'), 'fine-1.seed-0'));
    expect(merge).toThrow(recordPath(storeAt('/b'), 'fine-0.seed-0'));
    const failed = failureOfCell(cells[0]!, 'it broke');
    expect(() => mergeSources([source('/a', reader), source('/b', failed)])).toThrow('which gives none');
  });

  it('ask nothing of the needed cell where they failed themselves', () => {
    const failed = failureOfCell(cells[1]!, 'It needs fine-0.seed-0 as its link-0, which is failed.');
    expect(mergeSources([source('/a', failed)]).records).toEqual([failed]);
  });

  it('take kept weights along, from the folder that has those of the record', async () => {
    const [left, right, out] = [await temporaryFolder(), await temporaryFolder(), storeAt(await temporaryFolder())];
    for (const cell of cells) {
      await keepWeights(storeAt(left), cell, 'another digest');
      await keepWeights(storeAt(right), cell);
    }
    await mergeWeights([source(left), source(right)], [needed, reader], out);
    expect((await readdir(out.weightsDir)).sort()).toEqual(['fine-0.seed-0.safetensors', 'fine-1.seed-0.safetensors']);
    for (const record of [needed, reader]) expect(await keptWeights(out, record as FinishedRecord)).not.toBeNull();
  });

  it('are merged also where no weights are kept', async () => {
    const out = storeAt(join(await temporaryFolder(), 'out'));
    await mergeWeights([source(await temporaryFolder())], [needed, reader], out);
    await expect(readdir(out.weightsDir)).rejects.toThrow('ENOENT');
  });
});
