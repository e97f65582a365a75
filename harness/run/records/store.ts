import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomically } from '../../atomic-file.ts';
import { longestCellName } from '../../cell-name.ts';
import { explainFileError, onFile } from '../../file-errors.ts';
import { cleanName, cleanText } from '../../foreign-text.ts';
import { type CellRecord, recordSchema } from '../../record.ts';
import { makeFolder } from '../../setup/make-folder.mjs';
import type { Cell } from '../../spec/cell.ts';
import { codeOf, issuesOf, otherFolder, type Unreadable } from './record-file.ts';
import { readRecordFiles } from './record-files.ts';

/** The folders of one output folder. `records/<cell>.json` is the only truth; the rest can be made again from it. */
export interface Store {
  outDir: string;
  recordsDir: string;
  /** Records that newer ones replaced: `<cell>-<id>.json`. Nothing finished is ever deleted. */
  supersededDir: string;
  checkpointsDir: string;
  /** What the workers of cells printed: `<cell>.log`. */
  logsDir: string;
  /** Final weights of cells that others need, or of all: `<cell>.safetensors`. */
  weightsDir: string;
}

export interface StoredRecords {
  /** In the order of the cells' names. */
  records: CellRecord[];
  /** Names of the cells whose files hold no valid record. */
  damaged: string[];
  /** One sentence for each of these files. */
  warnings: string[];
}

type Identity = Pick<Cell, 'id' | 'cell'>;

/** Names the folders of a store; creates nothing. */
export function storeAt(outDir: string): Store {
  const root = resolve(outDir);
  const recordsDir = join(root, 'records');
  return {
    outDir: root,
    recordsDir,
    supersededDir: join(recordsDir, 'superseded'),
    checkpointsDir: join(root, 'checkpoints'),
    logsDir: join(root, 'logs'),
    weightsDir: join(root, 'weights'),
  };
}

/** The file of a cell's record. */
export function recordPath(store: Store, cell: string): string {
  return join(store.recordsDir, `${cell}.json`);
}

/** The file of what a cell's last worker printed; there is none where it printed nothing. */
export function logPath(store: Store, cell: string): string {
  return join(store.logsDir, `${cell}.log`);
}

/** The folder of one cell's checkpoints; its name holds the id, so that a changed cell never resumes an older one's. */
export function checkpointDir(store: Store, cell: Identity): string {
  return join(store.checkpointsDir, `${cell.cell}-${cell.id}`);
}

/** The file of a cell's checkpoint, the only one in its folder. */
export function checkpointPath(store: Store, cell: Identity): string {
  return join(checkpointDir(store, cell), `${cell.cell}.ckpt`);
}

/** The file of a cell's kept weights; it tells whose they are. */
export function weightsPath(store: Store, { cell }: Pick<Cell, 'cell'>): string {
  return join(store.weightsDir, `${cell}.safetensors`);
}

/**
 * Validates, cleans and writes a record atomically, and resolves to what was written. Throws on an invalid record,
 * UsageError on a full or read-only disk.
 */
export async function writeRecord(store: Store, record: CellRecord): Promise<CellRecord> {
  const parsed = recordSchema.safeParse(record);
  if (!parsed.success) throw new Error(`The record of ${record.cell} is not valid: ${issuesOf(parsed.error)}`);
  await writeFileAtomically(recordPath(store, record.cell), recordText(parsed.data));
  return parsed.data;
}

/** What the file of a valid record holds. */
export function recordText(record: CellRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** Removes what an earlier attempt at a cell left: its record, weights and log. */
export async function removeResults(store: Store, cell: Identity): Promise<void> {
  const paths = [recordPath(store, cell.cell), weightsPath(store, cell), logPath(store, cell.cell)];
  for (const path of paths) {
    await onFile({ done: 'written', path, remedy: otherFolder }, () => rm(path, { force: true }));
  }
}

/** A cell's valid record with the same id; null where there is none. */
export async function readRecord(store: Store, cell: Identity): Promise<CellRecord | null> {
  const record = await recordNamed(store, cell.cell);
  return record?.id === cell.id ? record : null;
}

/** The valid record that lies in a cell's place, whatever its configuration was; null where there is none. */
export async function recordNamed(store: Store, cell: string): Promise<CellRecord | null> {
  const [file] = await readRecordFiles([recordPath(store, cell)]);
  return file?.read.record ?? null;
}

/**
 * All valid records of a store. A truncated, foreign or otherwise invalid file counts as missing and gives a warning
 * that names it; with `quarantine` it is also put aside, so that its cell can be run again.
 */
export async function readRecords(store: Store, options: { quarantine: boolean }): Promise<StoredRecords> {
  const stored: StoredRecords = { records: [], damaged: [], warnings: [] };
  const files = await recordFiles(store);
  const all = await readRecordFiles(files.map((name) => join(store.recordsDir, name)));
  for (const { path, cell, read } of all) {
    if (read.record !== null) {
      stored.records.push(read.record);
    } else {
      stored.damaged.push(cleanName(cell));
      stored.warnings.push(await (options.quarantine ? putAside(store, path, cell, read) : warningOf(path, read)));
    }
  }
  return { ...stored, warnings: stored.warnings.map((warning) => cleanText(cleanName(warning))) };
}

function warningOf(path: string, { version, problem }: Unreadable): string {
  if (version !== undefined) {
    return `${path} ${problem}: run its suite again, which keeps it aside, or read it with the program that wrote it.`;
  }
  return `${path} holds no valid record (${problem}); it counts as missing: run its suite again, which keeps the file aside.`;
}

/** Renames a file that cannot be read, and says so. */
async function putAside(store: Store, path: string, cell: string, { version, problem }: Unreadable): Promise<string> {
  if (version !== undefined) {
    await moveAside(store, path, `${bounded(cell)}-version-${version}`);
    return `${path} ${problem}; it is kept in ${store.supersededDir}, its cell runs again.`;
  }
  const kept = await freeName(join(store.recordsDir, `${bounded(basename(path))}.corrupt`));
  await onFile({ done: 'written', path: kept, remedy: otherFolder }, () => rename(path, kept));
  return `${path} holds no valid record (${problem}); renamed to ${basename(kept)}, counts as missing.`;
}

/** Moves one record to the superseded ones. An earlier superseded record of the same name is kept too. */
export async function supersede(store: Store, record: Identity): Promise<void> {
  await moveAside(store, recordPath(store, record.cell), `${record.cell}-${record.id}`);
}

async function moveAside(store: Store, path: string, name: string): Promise<void> {
  await onFile({ done: 'written', path: join(store.supersededDir, name), remedy: otherFolder }, async () => {
    makeFolder(store.supersededDir);
    const aside = await freeName(join(store.supersededDir, name), '.json');
    if (!(await lstat(path)).isSymbolicLink()) return rename(path, aside);
    // Moved, a relative link would lead nowhere: what it leads to is kept instead.
    await writeFileAtomically(aside, await readFile(path));
    await rm(path);
  });
}

/** The name of a file from elsewhere, which may be as long as names can be, with room for what is added to it. */
function bounded(name: string): string {
  return Buffer.byteLength(name) <= longestCellName ? name : `${name.slice(0, longestCellName / 4)}…`;
}

/** A path that holds no file yet: numbered from 2 on where the plain one is taken. */
async function freeName(base: string, ending = ''): Promise<string> {
  let path = `${base}${ending}`;
  for (let copy = 2; await exists(path); copy++) path = `${base}.${copy}${ending}`;
  return path;
}

/** Starts cells afresh: their records become superseded ones, and their checkpoints and kept weights are deleted. */
export async function startAfresh(store: Store, cells: readonly Identity[]): Promise<void> {
  const names = new Set(cells.map(({ cell }) => cell));
  const { records } = await readRecords(store, { quarantine: true });
  for (const record of records) if (names.has(record.cell)) await supersede(store, record);
  for (const cell of cells) {
    await rm(checkpointDir(store, cell), { recursive: true, force: true });
    await rm(weightsPath(store, cell), { force: true });
  }
}

/** Removes what a writer that was killed in the middle of a write left behind. Call it only while holding the lock. */
export async function removeTemporaryFiles(store: Store): Promise<void> {
  for (const dir of [store.recordsDir, store.weightsDir]) {
    for (const entry of await entriesOf(dir)) {
      const isTemporary = entry.isFile() && /\.(json|safetensors)\.\d+-\d+\.tmp$/.test(entry.name);
      if (isTemporary) await rm(join(dir, entry.name), { force: true });
    }
  }
}

/** True where the store holds at least one record file. */
export async function hasRecords(store: Store): Promise<boolean> {
  return (await recordFiles(store)).length > 0;
}

/** Whatever is named as a record is: links are read, and what is no file is named as damaged. */
async function recordFiles(store: Store): Promise<string[]> {
  const entries = await entriesOf(store.recordsDir);
  return entries
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

async function entriesOf(dir: string): Promise<Dirent[]> {
  try {
    return await readdir(dir, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw explainFileError(error, { done: 'read', path: dir, remedy: otherFolder });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
