import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CellRecord, FinishedRecord } from '../../../harness/record.ts';
import { mergedRunFile, mergeSources, mergeWeights } from '../../../harness/run/records/merge.ts';
import type { MergeSource } from '../../../harness/run/records/merge-sources.ts';
import { keptWeights } from '../../../harness/run/records/needed.ts';
import type { RunFile } from '../../../harness/run/records/run-file.ts';
import { recordPath, storeAt } from '../../../harness/run/records/store.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import type { RecordOverrides } from '../../helpers/records.ts';
import { fixtureRunFile, unnamedRunFile } from '../../helpers/run-file.ts';
import { recordOf } from '../fixtures/record-of.mjs';
import { failureOfCell, fixtureCell, recordOfCell, temporaryFolder } from '../helpers.ts';
import { keepWeights } from '../keep-weights.ts';

const first = recordOfCell(fixtureCell('fine'));
const second = recordOfCell(fixtureCell('fine', { seed: 1 }));

/** A folder whose run.json has no names where a test is not about them. */
function source(outDir: string, ...records: CellRecord[]): MergeSource {
  return { outDir, run: unnamedRunFile({ cells_of_plan: 2, suite: records[0]?.suite ?? 'chains' }), records };
}

const plan = [first, second];
const changed = (change: RecordOverrides) => recordOfCell(fixtureCell('fine'), change);

it('joins shards, sorted by cell, and names the cells of the whole plan that have no record', () => {
  const third = fixtureCell('fine', { seed: 2 });
  const run = fixtureRunFile([first, second, third]);
  const sources = [
    { ...source('/b', second), run },
    { ...source('/a', first), run },
  ];
  expect(mergeSources(sources)).toEqual({
    records: [first, second],
    missing: [third.cell],
    unplanned: [],
    gaps: [],
  });
});

it('goes by the numbers of run.json files that have no names', () => {
  const sources = [{ ...source('/a', first), run: unnamedRunFile({ cells_of_plan: 3 }) }];
  expect(mergeSources(sources)).toMatchObject({ missing: [], gaps: ['2 of 3 planned cells have no record.'] });
  expect(mergedRunFile(sources, mergeSources(sources), [], 1)).toMatchObject({ planned: 3, interrupted: true });
});

it.each([[0], [1]])('prefers a finished record to a failed one, in either order (%i)', (order) => {
  const failed = failureOfCell(fixtureCell('fine'), 'x');
  const sources = [source('/a', failed), source('/b', first)];
  expect(mergeSources(order === 0 ? sources : sources.reverse()).records).toEqual([first]);
});

describe('refuses, naming both files,', () => {
  const other = recordOfCell(fixtureCell('fine', {}, { budget: 0.2 }));
  it.each<[string, CellRecord, RegExp]>([
    ['a cell that two have finished', { ...first, seconds: 99 }, /are of the same cell; leave one of them out/],
    ['unequal weights of one cell', changed({ weights_digest: 'other' }), /weights_digest is .* and other/],
    ['unequal values of one cell', changed({ value: 0.1 }), /accuracy is 0.55 and 0.1/],
    ['unequal results of one cell', changed({ curve: [] }), /result_digest is [0-9a-f]{16} and [0-9a-f]{16}/],
    ['unequal status of one cell', changed({ status: 'diverged' }), /status is completed and diverged/],
    ['unequal ids of one cell', other, new RegExp(`ids ${first.id} and ${other.id}`)],
    ['another suite', changed({ suite: 'tensors', cell: 'x' }), /suite is not the same everywhere: .*tensors \(/],
    ['another profile', changed({ profile: 'paper', cell: 'x' }), /profile is not the same everywhere: .*paper \(/],
    ['another program', changed({ program: 'new', cell: 'x' }), /program is not the same .*: fixture \(.*, new \(/],
    [
      'another engine',
      changed({ cell: 'x', fingerprint: { ...first.fingerprint, tensorflow: '1.0' } }),
      /tensorflow is not the same everywhere: .*, 1.0 \(/,
    ],
    [
      'other data of one specification',
      changed({ cell: 'x', fingerprint: { ...first.fingerprint, data: 'other' } }),
      /data of generated is not the same everywhere: generated 0123456789abcdef \(.*, generated other \(/,
    ],
    ['another source of data', changed({ cell: 'x', data_source: 'files' }), /data of generated .*, files 0123/],
  ])('%s', (_, record, message) => {
    const merge = () => mergeSources([source('/a', first), source('/b', record)]);
    expect(merge).toThrow(message);
    expect(merge).toThrow(recordPath(storeAt('/a'), 'fine.seed-0'));
    expect(merge).toThrow(recordPath(storeAt('/b'), record.cell));
  });

  const versions = fixtureRunFile([]).versions;
  it.each<[string, Partial<RunFile>, RegExp]>([
    ['commits', { versions: { ...versions, commit: 'def' } }, /commit is not the same .*: abc \(.*, def \(/],
    ['versions', { versions: { ...versions, factorbench: '2.0.0' } }, /version of Factorbench .*: 1.0.0 .*, 2.0.0 \(/],
    [
      'changes that are not committed',
      { versions: { ...versions, dirty: true, changes: '1234' } },
      /not committed is not the same everywhere: nothing \(.*, changes 1234 \(/,
    ],
    ['suites', { suite: 'tensors' }, /suite is not the same everywhere/],
    [
      'plans',
      { plan_cells: { [first.cell]: 'another', x: 'y' } },
      new RegExp(`only the first has ${second.cell}; only the second has x; they configure differently ${first.cell}`),
    ],
  ])('runs of different %s', (_, change, message) => {
    const merge = () =>
      mergeSources([
        { ...source('/a', first), run: fixtureRunFile(plan) },
        { ...source('/b', second), run: fixtureRunFile(plan, change) },
      ]);
    expect(merge).toThrow(message);
    expect(merge).toThrow('/a/run.json');
    expect(merge).toThrow('/b/run.json');
  });

  it('a plan of another size where no run.json has names', () => {
    const of = (outDir: string, cells_of_plan: number) => ({
      ...source(outDir, outDir === '/a' ? first : second),
      run: unnamedRunFile({ cells_of_plan }),
    });
    expect(() => mergeSources([of('/a', 2), of('/b', 3)])).toThrow(/number of cells of the plan .*: 2 \(.*, 3 \(/);
  });

  it('a record of another configuration than the plan’s', () => {
    const planned = fixtureRunFile(plan, { plan_cells: { [first.cell]: 'planned' } });
    expect(() => mergeSources([{ ...source('/a', first), run: planned }])).toThrow(
      `${recordPath(storeAt('/a'), first.cell)} is of another configuration (id ${first.id}) than the plan (planned)`,
    );
  });

  it('all that is wrong at once', () => {
    const records = [changed({ value: 0.1 }), { ...second, program: 'new' }];
    const merge = () => mergeSources([source('/a', first, second), source('/b', ...records)]);
    for (const part of ['accuracy is', 'program is', 'same cell']) expect(merge).toThrow(part);
  });
});

it('allows changes that are not committed where they are the same', () => {
  const versions = { ...fixtureRunFile([]).versions, dirty: true, changes: '1234' };
  const run = fixtureRunFile(plan, { versions });
  expect(mergeSources([source('/a', first), source('/b', second)].map((one) => ({ ...one, run }))).missing).toEqual([]);
});

it('allows shards on processors of different kinds', () => {
  const other = { ...second, fingerprint: { ...second.fingerprint, instruction_set: 'avx512' } };
  expect(mergeSources([source('/a', first), source('/b', other)]).records).toHaveLength(2);
});

it('describes the merged run: all of the plan was planned', () => {
  const run = fixtureRunFile([...plan, fixtureCell('fine', { seed: 2 })], { planned_cells: {}, planned: 1 });
  const sources = [
    { ...source('/a', first), run: { ...run, started_at: '2' } },
    { ...source('/b', second), run: { ...run, started_at: '1' } },
  ];
  const describe = (exitCode: number | null) => mergedRunFile(sources, mergeSources(sources), ['merge'], exitCode);
  expect(describe(1)).toMatchObject({
    command_line: ['merge'],
    options: { merged: ['/a', '/b'] },
    started_at: '1',
    plan_cells: run.plan_cells,
    planned_cells: run.plan_cells,
    cells_of_plan: 3,
    planned: 3,
    completed: 2,
    interrupted: true,
    finished_at: expect.any(String),
    exit_code: 1,
  });
  expect(describe(null)).toMatchObject({ finished_at: null, exit_code: null });
});

describe('cells that read from each other', () => {
  /** Link 1 reads 0. */
  const cells = chainCells([[], [0]]);
  const [needed, reader] = cells.map((cell) => recordOf(cell)) as [FinishedRecord, FinishedRecord];

  it('may lie in several folders', () => {
    const { records } = mergeSources([source('/a', reader), source('/b', needed)]);
    expect(records.map(({ cell }) => cell)).toEqual(['fine-0.seed-0', 'fine-1.seed-0']);
  });

  it('may come twice where others read from them and they are equal', () => {
    const { records } = mergeSources([source('/a', needed, reader), source('/b', needed)]);
    expect(records.map(({ cell }) => cell)).toEqual(['fine-0.seed-0', 'fine-1.seed-0']);
    expect(() => mergeSources([source('/a', needed, reader), source('/b', reader)])).toThrow('are of the same cell');
  });

  it('are refused where what one reads is in none of them, naming both and the remedy', () => {
    expect(() => mergeSources([source('/a', reader)])).toThrow(
      `merge: ${recordPath(storeAt('/a'), 'fine-1.seed-0')} reads from fine-0.seed-0 (its link-0), which no folder ` +
        'holds; merge that too.',
    );
  });

  it('are refused where one read another result than is there', () => {
    const trainedAgain = recordOf(cells[0]!, { value: 0.7 });
    const merge = () => mergeSources([source('/a', reader), source('/b', trainedAgain)]);
    expect(merge).toThrow(
      `the first read the result ${needed.result_digest} of the second, which gives ${trainedAgain.result_digest}`,
    );
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
