import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { baselinesFolder, readBaseline, writeBaseline } from '../../baselines/baseline-file.ts';
import { UsageError } from '../../harness/errors.ts';
import { fixtureRecord } from '../helpers/records.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'baselines-'));
  file = path.join(dir, 'compression.smoke.json');
});
afterEach(() => rm(dir, { recursive: true }));

const records = [10, 2, 0].map((seed) => fixtureRecord({}, { seed }));
const baseline = acceptRecords(records, null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' });

it('reads back what was written, cells sorted by name with seed 2 before seed 10', async () => {
  expect(await writeBaseline(baseline, dir)).toBe(file);
  const read = await readBaseline('compression', 'smoke', dir);
  expect(read?.cells.map(({ seed }) => seed)).toEqual([0, 2, 10]);
  expect(read).toEqual({ ...baseline, cells: [...baseline.cells].reverse() });
  expect(await readdir(dir)).toEqual(['compression.smoke.json']);
});

it('writes the same bytes whatever the order of cells and keys', async () => {
  await writeBaseline(baseline, dir);
  const text = await readFile(file, 'utf8');
  await writeBaseline(reversed(baseline), dir);
  expect(await readFile(file, 'utf8')).toBe(text);
  expect(text.endsWith('}\n')).toBe(true);
});

it('creates the folder', async () => {
  expect(await writeBaseline(baseline, path.join(dir, 'new'))).toBe(path.join(dir, 'new', 'compression.smoke.json'));
});

it('cleans the texts of a file from elsewhere', async () => {
  const history = [{ why: '\u001b]0;title\u0007because', at: '2026-11-23', cells: ['a\u202E'] }];
  await writeFile(file, JSON.stringify({ ...baseline, history }));
  expect(await readBaseline('compression', 'smoke', dir)).toMatchObject({
    history: [{ why: 'because', cells: ['a'] }],
  });
});

it('gives null where there is no file', async () => {
  expect(await readBaseline('compression', 'smoke', dir)).toBeNull();
});

it.each([
  ['text that is not JSON', '{"version": 1,', 'not JSON'],
  ['version 1', JSON.stringify({ ...baseline, version: 1 }), 'version 1, but this program reads version 2'],
  ['a missing field', JSON.stringify({ ...baseline, cells: [{ id: 'x' }] }), 'cells[0].cell'],
  ['an unknown field', JSON.stringify({ ...baseline, extra: 1 }), 'extra'],
  ['two entries of one id', JSON.stringify({ ...baseline, cells: [...baseline.cells, ...baseline.cells] }), 'same id'],
  [
    'a completed cell without a value',
    edited({ measures: [{ metric: 'accuracy', value: null, best: null }] }),
    'needs a value',
  ],
  ['a cell without a fingerprint', edited({ fingerprint: undefined }), 'cells[0].fingerprint'],
  ['a cell that does not name its data', edited({ fingerprint: {} }), 'cells[0].fingerprint.data'],
  ['another suite', JSON.stringify({ ...baseline, suite: 'tensor' }), 'holds tensor, smoke'],
])('refuses %s, naming the file', async (_, text, part) => {
  await writeFile(file, text);
  const error = await readBaseline('compression', 'smoke', dir).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toContain(file);
  expect((error as Error).message).toContain(part);
  expect((error as Error).message).toContain('npm run accept');
});

it('names a file that cannot be read', async () => {
  await mkdir(file);
  await expect(readBaseline('compression', 'smoke', dir)).rejects.toThrow(UsageError);
});

it('stays readable after the configuration or the fingerprint gains a field', async () => {
  const entry = { config: { ...records[0]?.config, novel: { a: 1 } }, fingerprint: { data: 'd', driver: '1' } };
  await writeFile(file, edited(entry));
  expect((await readBaseline('compression', 'smoke', dir))?.cells[0]).toMatchObject(entry);
});

it('finds the checkout from the sources and from the build', () => {
  const checkout = path.resolve(import.meta.dirname, '../..');
  expect(baselinesFolder()).toBe(path.join(checkout, 'baselines'));
  expect(baselinesFolder(path.join(checkout, 'build', 'baselines'))).toBe(path.join(checkout, 'baselines'));
});

it('says so where there is no checkout above', () => {
  expect(() => baselinesFolder('/')).toThrow(UsageError);
});

function edited(fields: object): string {
  return JSON.stringify({
    ...baseline,
    cells: baseline.cells.map((entry, i) => (i === 0 ? { ...entry, ...fields } : entry)),
  });
}

/** The same data with every object's keys, and the cells, in the opposite order. */
function reversed<T>(value: T): T;
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.every((v) => v?.id) ? value.map(reversed).reverse() : value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
