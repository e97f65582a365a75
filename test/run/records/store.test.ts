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
  weightsPath,
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
  const measures = [{ metric: 'accuracy', value: Number.NaN, best: null }];
  await expect(writeRecord(store, { ...record, measures })).rejects.toThrow(
    /fine\.seed-0 is not valid: measures\.0\.value/,
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
  await writeRecord(store, record);
  await damage(path);
  await readRecords(store, { quarantine: true });
  expect((await readdir(store.recordsDir)).sort()).toEqual([
    'fine.seed-0.json.corrupt',
    'fine.seed-0.json.corrupt.2',
    'fine.seed-1.json',
  ]);
});

it('gives a record only for the id that is asked for', async () => {
  const store = await storeWith(record);
  expect(await readRecord(store, cell)).toEqual(record);
  expect(await readRecord(store, { ...cell, id: 'changed' })).toBeNull();
});

it('keeps every superseded record, also of equal name and id', async () => {
  const store = storeAt(await temporaryFolder());
  for (const value of [0.1, 0.2, 0.3]) {
    await writeRecord(store, recordOfCell(cell, { value }));
    await supersede(store, record);
  }
  const names = (await readdir(store.supersededDir)).sort();
  expect(names).toEqual([
    `fine.seed-0-${cell.id}.2.json`,
    `fine.seed-0-${cell.id}.3.json`,
    `fine.seed-0-${cell.id}.json`,
  ]);
  const values = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(store.supersededDir, name), 'utf8')).measures[0].value),
  );
  expect(values).toEqual([0.2, 0.3, 0.1]);
  expect((await readRecords(store, { quarantine: true })).records).toEqual([]);
});

it('starts cells afresh by putting their records aside and deleting checkpoints and weights, and no others', async () => {
  const other = fixtureCell('fine', { seed: 1 });
  const store = await storeWith(record, recordOfCell(other));
  await mkdir(store.weightsDir, { recursive: true });
  for (const kept of [cell, other]) {
    await mkdir(checkpointDir(store, kept), { recursive: true });
    await writeFile(weightsPath(store, kept), 'weights');
  }
  await startAfresh(store, [cell]);
  expect((await readRecords(store, { quarantine: false })).records.map((left) => left.cell)).toEqual([other.cell]);
  expect(await readdir(store.supersededDir)).toHaveLength(1);
  await expect(stat(checkpointDir(store, cell))).rejects.toThrow('ENOENT');
  await stat(checkpointDir(store, other));
  expect(await readdir(store.weightsDir)).toEqual([`fine.seed-1-${other.id}.weights`]);
});

it('removes what a killed writer left, and nothing else', async () => {
  const store = await storeWith(record);
  await writeFile(join(store.recordsDir, 'fine.seed-1.json.123-0.tmp'), '{"half');
  await mkdir(store.weightsDir);
  await writeFile(weightsPath(store, cell), 'weights');
  await writeFile(`${weightsPath(store, cell)}.123-1.tmp`, 'half');
  await removeTemporaryFiles(store);
  expect(await readdir(store.recordsDir)).toEqual(['fine.seed-0.json']);
  expect(await readdir(store.weightsDir)).toEqual([`fine.seed-0-${cell.id}.weights`]);
});

it('counts a file that no record can be as damaged, without reading it', async () => {
  const store = await storeWith(record);
  await truncate(recordPath(store, record.cell), 600e6);
  const { records, warnings } = await readRecords(store, { quarantine: true });
  expect(records).toEqual([]);
  expect(warnings).toEqual([
    expect.stringMatching(/holds no valid record \(it has 600 MB, .* at most 64 MB\).*\.corrupt/),
  ]);
});

it('names the remedy where the folder cannot be made', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(writeRecord(storeAt(file), record)).rejects.toThrow(/cannot be written .*--out/);
});

/** As version 1 of the program wrote records: another shape altogether. */
const versionOne = { version: 1, id: 'a', suite: 'compression', cell: 'fine.seed-0', metric: 'accuracy', value: 0.5 };

it('keeps a record of version 1 aside under its version, and says that its cell runs again', async () => {
  const other = recordOfCell(fixtureCell('fine', { seed: 1 }));
  const store = await storeWith(other);
  const path = recordPath(store, 'fine.seed-0');
  for (const name of ['fine.seed-0-version-1.json', 'fine.seed-0-version-1.2.json']) {
    await writeFile(path, JSON.stringify(versionOne));
    expect(await readRecords(store, { quarantine: true })).toEqual({
      records: [other],
      warnings: [
        `${path} is a record of version 1, and this program reads version 2; it is kept in ${store.supersededDir}, ` +
          'its cell runs again.',
      ],
    });
    expect(JSON.parse(await readFile(join(store.supersededDir, name), 'utf8'))).toEqual(versionOne);
  }
  expect(await readdir(store.recordsDir)).toEqual(['fine.seed-1.json', 'superseded']);
});

it('leaves a record of version 1 where it lies for a reader, naming it with the remedy', async () => {
  const store = await storeWith(record);
  const path = recordPath(store, 'fine.seed-1');
  await writeFile(path, JSON.stringify(versionOne));
  expect(await readRecords(store, { quarantine: false })).toEqual({
    records: [record],
    warnings: [
      `${path} is a record of version 1, and this program reads version 2: run its suite again, which keeps it ` +
        'aside, or read it with the program that wrote it.',
    ],
  });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(versionOne);
});

it('takes no record of version 1 for a cell’s, whatever its id', async () => {
  const store = await storeWith(record);
  await writeFile(recordPath(store, record.cell), JSON.stringify({ ...record, version: 1 }));
  expect(await readRecord(store, cell)).toBeNull();
});
