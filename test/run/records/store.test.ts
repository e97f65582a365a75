import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  checkpointDir,
  readRecord,
  readRecords,
  recordPath,
  removeTemporaryFiles,
  startAfresh,
  storeAt,
  supersede,
  writeRecord,
} from '../../../harness/run/records/store.ts';
import { fixtureCell, recordOfCell, temporaryFolder } from '../helpers.ts';

const cell = fixtureCell('fine');
const record = recordOfCell(cell);

async function storeWith(...records: (typeof record)[]) {
  const store = storeAt(await temporaryFolder());
  for (const each of records) await writeRecord(store, each);
  return store;
}

it('reads back what it wrote, as one JSON file named after the cell, and leaves no temporary file', async () => {
  const store = await storeWith(record);
  expect(await readdir(store.recordsDir)).toEqual(['fine.seed-0.json']);
  expect(JSON.parse(await readFile(recordPath(store, record.cell), 'utf8'))).toEqual(record);
  expect(await readRecords(store, { quarantine: true })).toEqual({ records: [record], warnings: [] });
});

it('refuses an invalid record and keeps the one that is there', async () => {
  const store = await storeWith(record);
  await expect(writeRecord(store, { ...record, value: Number.NaN })).rejects.toThrow(
    /fine\.seed-0 is not valid: value/,
  );
  expect(await readRecord(store, cell)).toEqual(record);
  expect(await readdir(store.recordsDir)).toEqual(['fine.seed-0.json']);
});

it('reads an absent folder as an empty store', async () => {
  const store = storeAt(join(await temporaryFolder(), 'absent'));
  expect(await readRecords(store, { quarantine: true })).toEqual({ records: [], warnings: [] });
});

it.each([
  ['truncated', (path: string) => truncate(path, 100), /no JSON/],
  ['empty', (path: string) => truncate(path, 0), /no JSON/],
  ['without a field', (path: string) => writeFile(path, JSON.stringify({ ...record, seed: undefined })), /seed/],
  ['another cell’s', (path: string) => writeFile(path, JSON.stringify({ ...record, cell: 'x' })), /the record of x/],
])('puts a %s record file aside with a warning that names it', async (_, damage, problem) => {
  const other = recordOfCell(fixtureCell('fine', { seed: 1 }));
  const store = await storeWith(record, other);
  const path = recordPath(store, record.cell);
  await damage(path);
  const looked = await readRecords(store, { quarantine: false });
  expect(looked.records).toEqual([other]);
  expect((await readdir(store.recordsDir)).sort()).toEqual(['fine.seed-0.json', 'fine.seed-1.json']);
  const { records, warnings } = await readRecords(store, { quarantine: true });
  expect(records).toEqual([other]);
  expect(warnings).toEqual([expect.stringContaining(path)]);
  expect(warnings[0]).toMatch(problem);
  expect((await readdir(store.recordsDir)).sort()).toEqual(['fine.seed-0.json.corrupt', 'fine.seed-1.json']);
  expect((await readRecords(store, { quarantine: true })).warnings).toEqual([]);
});

it('gives a record only for the id that is asked for', async () => {
  const store = await storeWith(record);
  expect(await readRecord(store, cell)).toEqual(record);
  expect(await readRecord(store, { ...cell, id: 'changed' })).toBeNull();
});

it('keeps every superseded record, also of equal name and id', async () => {
  const store = storeAt(await temporaryFolder());
  for (const value of [0.1, 0.2, 0.3]) {
    await writeRecord(store, { ...record, value });
    await supersede(store, record);
  }
  const names = (await readdir(store.supersededDir)).sort();
  expect(names).toEqual(['fine.seed-0-id-fine-0.2.json', 'fine.seed-0-id-fine-0.3.json', 'fine.seed-0-id-fine-0.json']);
  const values = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(store.supersededDir, name), 'utf8')).value),
  );
  expect(values).toEqual([0.2, 0.3, 0.1]);
  expect((await readRecords(store, { quarantine: true })).records).toEqual([]);
});

it('starts cells afresh by putting their records aside and deleting their checkpoints, and no others', async () => {
  const other = fixtureCell('fine', { seed: 1 });
  const store = await storeWith(record, recordOfCell(other));
  for (const kept of [cell, other]) await mkdir(checkpointDir(store, kept), { recursive: true });
  await startAfresh(store, [cell]);
  expect((await readRecords(store, { quarantine: false })).records.map((left) => left.cell)).toEqual([other.cell]);
  expect(await readdir(store.supersededDir)).toHaveLength(1);
  await expect(stat(checkpointDir(store, cell))).rejects.toThrow('ENOENT');
  await stat(checkpointDir(store, other));
});

it('removes what a killed writer left, and nothing else', async () => {
  const store = await storeWith(record);
  await writeFile(join(store.recordsDir, 'fine.seed-1.json.123-0.tmp'), '{"half');
  await removeTemporaryFiles(store);
  expect(await readdir(store.recordsDir)).toEqual(['fine.seed-0.json']);
});

it('names the remedy where the folder cannot be made', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(writeRecord(storeAt(file), record)).rejects.toThrow(/Cannot write .*--out/);
});
