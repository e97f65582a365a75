import { lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
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
  expect(await readRecords(store, { quarantine: true })).toEqual({ records: [record], damaged: [], warnings: [] });
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

it('cleans the texts of what it writes and reads, and of files that it names', async () => {
  const store = await storeWith();
  const written = await writeRecord(store, { ...record, warnings: ['a\u001b[31mred'] });
  expect(written.warnings).toEqual(['ared']);
  const foreign = { ...record, warnings: ['gpj.\u202Etxt'] };
  await writeFile(recordPath(store, record.cell), JSON.stringify(foreign));
  await writeFile(join(store.recordsDir, 'other\u001b[31m.json'), '\u0007');
  const { records, warnings } = await readRecords(store, { quarantine: false });
  expect(records).toEqual([{ ...record, warnings: ['gpj.txt'] }]);
  expect(warnings).toEqual([expect.stringMatching(/records\/other\\u\{1b\}\[31m\.json holds no valid record/)]);
  expect(warnings[0]).not.toMatch(/\p{Cc}/u);
});

it('keeps a foreign file aside whose name has no room for an ending', async () => {
  const store = await storeWith(record);
  for (const content of ['{', '{"version": 1}']) {
    const name = `${'x'.repeat(250)}.json`;
    await writeFile(join(store.recordsDir, name), content);
    const { records, warnings } = await readRecords(store, { quarantine: true });
    expect([records.length, warnings.length]).toEqual([1, 1]);
    expect(await readdir(store.recordsDir)).not.toContain(name);
  }
});

it('reads an absent folder as an empty store', async () => {
  const store = storeAt(join(await temporaryFolder(), 'absent'));
  expect(await readRecords(store, { quarantine: true })).toEqual({ records: [], damaged: [], warnings: [] });
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
  expect(await readdir(store.weightsDir)).toEqual(['fine.seed-1.safetensors']);
});

it('removes what a killed writer left, and nothing else', async () => {
  const store = await storeWith(record);
  await writeFile(join(store.recordsDir, 'fine.seed-1.json.123-0.tmp'), '{"half');
  await mkdir(store.weightsDir);
  await writeFile(weightsPath(store, cell), 'weights');
  await writeFile(`${weightsPath(store, cell)}.123-1.tmp`, 'half');
  await removeTemporaryFiles(store);
  expect(await readdir(store.recordsDir)).toEqual(['fine.seed-0.json']);
  expect(await readdir(store.weightsDir)).toEqual(['fine.seed-0.safetensors']);
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
      damaged: ['fine.seed-0'],
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
    damaged: ['fine.seed-1'],
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

/** A store whose record lies elsewhere, with a link in its place, as DVC and git-annex have it. */
async function linkedStore() {
  const store = await storeWith(record);
  const path = recordPath(store, record.cell);
  const target = join(store.outDir, 'annex', 'content');
  await mkdir(join(store.outDir, 'annex'));
  await rename(path, target);
  await symlink(join('..', 'annex', 'content'), path);
  return { store, path, target };
}

it('reads a record through a link', async () => {
  const { store } = await linkedStore();
  expect(await readRecords(store, { quarantine: true })).toEqual({ records: [record], damaged: [], warnings: [] });
  expect(await readRecord(store, cell)).toEqual(record);
});

it('writes a new record in place of a link, and leaves alone what it leads to', async () => {
  const { store, path, target } = await linkedStore();
  const before = await readFile(target, 'utf8');
  await writeRecord(store, recordOfCell(cell, { value: 0.1 }));
  expect((await lstat(path)).isSymbolicLink()).toBe(false);
  expect(await readFile(target, 'utf8')).toBe(before);
});

it('keeps the content of a linked record that it puts aside', async () => {
  const { store, path, target } = await linkedStore();
  await supersede(store, record);
  await rm(target);
  const aside = join(store.supersededDir, `${cell.cell}-${cell.id}.json`);
  expect(JSON.parse(await readFile(aside, 'utf8'))).toEqual(record);
  await expect(lstat(path)).rejects.toThrow('ENOENT');
});

it.each([
  ['a broken link', (path: string) => symlink('nowhere', path), /broken link/],
  ['a link to itself', (path: string) => symlink('fine.seed-1.json', path), /leads to itself/],
  ['a link to a folder', (path: string) => symlink('..', path), /no regular file/],
  ['a folder', (path: string) => mkdir(path), /no regular file/],
])('names %s in place of a record as damaged, twice put aside', async (_, make, problem) => {
  const store = await storeWith(record);
  const path = recordPath(store, 'fine.seed-1');
  await make(path);
  const looked = await readRecords(store, { quarantine: false });
  expect(looked).toMatchObject({ records: [record], damaged: ['fine.seed-1'] });
  expect(looked.warnings).toEqual([expect.stringMatching(problem)]);
  expect(looked.warnings[0]).toContain(path);
  await readRecords(store, { quarantine: true });
  await make(path);
  await readRecords(store, { quarantine: true });
  expect((await readdir(store.recordsDir)).sort()).toEqual([
    'fine.seed-0.json',
    'fine.seed-1.json.corrupt',
    'fine.seed-1.json.corrupt.2',
  ]);
});
