import { readdir, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import { resumeStore } from '../../../harness/run/records/resume.ts';
import { type Store, storeAt, weightsPath, writeRecord } from '../../../harness/run/records/store.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import { recordOf } from '../fixtures/record-of.mjs';
import { failureOfCell, temporaryFolder } from '../helpers.ts';
import { keepWeights } from '../keep-weights.ts';

/** Link 1 reads 0, and 2 reads 1; 3 reads 0. */
const cells = chainCells([[], [0], [1], [0]]);
const [zero, one, two, three] = cells as [PlannedCell, PlannedCell, PlannedCell, PlannedCell];

async function storeWith(...records: CellRecord[]): Promise<Store> {
  const store = storeAt(await temporaryFolder());
  for (const record of records) await writeRecord(store, record);
  return store;
}

async function resumed(store: Store, planned: readonly PlannedCell[] = cells, keepWeights = false) {
  const computation = {
    program: 'fixture',
    threads: 1,
    arithmetic: 'native',
    device: 'cpu',
    dataDigest: async () => null,
  } as const;
  const { finished, remaining, warnings } = await resumeStore(store, planned, {
    ...computation,
    fresh: false,
    keepWeights,
  });
  const names = (list: readonly { cell: string }[]) => list.map(({ cell }) => cell.split('.')[0]);
  return { finished: names(finished), remaining: names(remaining), warnings };
}

const unkept = (link: number) =>
  `fine-${link}.seed-0: its weights, which other cells need, are not kept; it runs again.`;
const changed = (link: number, needed: number) =>
  `fine-${link}.seed-0: fine-${needed}.seed-0, which it needs, has changed since its record; it runs again, the old ` +
  'record is kept aside.';

describe('weights that a remaining cell needs', () => {
  it('let the cells that have them stay finished', async () => {
    const store = await storeWith(recordOf(zero), recordOf(one));
    for (const cell of [zero, one]) await keepWeights(store, cell);
    expect(await resumed(store)).toEqual({
      finished: ['fine-0', 'fine-1'],
      remaining: ['fine-2', 'fine-3'],
      warnings: [],
    });
  });

  it.each<[string, (store: Store) => Promise<unknown>]>([
    ['are not there', async () => undefined],
    ['are damaged', (store) => keepWeights(store, zero).then(() => truncate(weightsPath(store, zero), 60))],
    ['are not those of the record', (store) => keepWeights(store, zero, 'another digest')],
  ])('let their cell run again where they %s, whose record is kept aside', async (_, prepare) => {
    const store = await storeWith(recordOf(zero), recordOf(one), recordOf(two));
    await prepare(store);
    expect(await resumed(store)).toEqual({
      finished: ['fine-1', 'fine-2'],
      remaining: ['fine-0', 'fine-3'],
      warnings: [unkept(0)],
    });
    expect(await readdir(store.supersededDir)).toEqual([`fine-0.seed-0-${zero.id}.json`]);
  });

  it('let the cells run again, too, which those read that run again for theirs', async () => {
    const store = await storeWith(recordOf(zero), recordOf(one), recordOf(three));
    expect(await resumed(store)).toEqual({
      finished: ['fine-3'],
      remaining: ['fine-0', 'fine-1', 'fine-2'],
      warnings: [unkept(1), unkept(0)],
    });
  });

  it('are not asked for where nothing remains that needs them, or there are none', async () => {
    const all = await storeWith(...cells.map((cell) => recordOf(cell)));
    expect(await resumed(all)).toMatchObject({ remaining: [], warnings: [] });
    const weightless = recordOf(zero, { weights_digest: null });
    const reader = recordOf(one, { needed_digests: [weightless.result_digest] });
    const store = await storeWith(weightless, reader, recordOf(two));
    expect(await resumed(store)).toMatchObject({ remaining: ['fine-3'], warnings: [] });
  });
});

describe('weights that are to be kept', () => {
  it('let the cells that have them stay finished, and the others run again, which is told', async () => {
    const weightless = recordOf(three, { weights_digest: null });
    const store = await storeWith(recordOf(zero), recordOf(one), recordOf(two), weightless);
    for (const cell of [zero, two]) await keepWeights(store, cell);
    expect(await resumed(store, cells, true)).toEqual({
      finished: ['fine-0', 'fine-2', 'fine-3'],
      remaining: ['fine-1'],
      warnings: ['fine-1.seed-0: its weights, which --keep-weights asks for, are not kept; it runs again.'],
    });
    expect(await readdir(store.supersededDir)).toEqual([`fine-1.seed-0-${one.id}.json`]);
  });
});

describe('a record that read of another cell', () => {
  it('is put aside where that gives another result now, and what read of it in turn', async () => {
    const store = await storeWith(recordOf(zero, { value: 0.7 }), recordOf(one), recordOf(two));
    await keepWeights(store, zero);
    expect(await resumed(store)).toEqual({
      finished: ['fine-0'],
      remaining: ['fine-1', 'fine-2', 'fine-3'],
      warnings: [changed(1, 0), changed(2, 1)],
    });
    expect((await readdir(store.supersededDir)).sort()).toEqual([
      `fine-1.seed-0-${one.id}.json`,
      `fine-2.seed-0-${two.id}.json`,
    ]);
  });

  it.each<[string, CellRecord[]]>([
    ['has no record', []],
    ['failed', [failureOfCell(zero, 'it broke')]],
    ['was computed by another program', [recordOf(zero, { program: 'another' })]],
  ])('is put aside where that %s', async (_, records) => {
    const store = await storeWith(recordOf(three), ...records);
    const { finished, warnings } = await resumed(store, [zero, three]);
    expect(finished).toEqual([]);
    expect(warnings).toContain(changed(3, 0));
    expect(await readdir(store.supersededDir)).toContain(`fine-3.seed-0-${three.id}.json`);
  });

  it('is kept where that is as it was', async () => {
    const store = await storeWith(recordOf(zero), recordOf(three));
    expect(await resumed(store, [zero, three])).toEqual({
      finished: ['fine-0', 'fine-3'],
      remaining: [],
      warnings: [],
    });
  });
});
