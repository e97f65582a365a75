import { access, readdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomically } from '../../atomic-file.ts';
import { DamagedFileError, explainFileError, onFile, readTextFile } from '../../file-errors.ts';
import { type CellRecord, recordSchema, recordVersion } from '../../record.ts';
import { makeFolder } from '../../setup/make-folder.mjs';
import type { Cell } from '../../spec/cell.ts';

/** The folders of one output folder. `records/<cell>.json` is the only truth; the rest can be made again from it. */
export interface Store {
  outDir: string;
  recordsDir: string;
  /** Records that newer ones replaced: `<cell>-<id>.json`. Nothing finished is ever deleted. */
  supersededDir: string;
  checkpointsDir: string;
  /** Final weights of cells that others need: `<cell>-<id>.weights`. */
  weightsDir: string;
}

export interface StoredRecords {
  /** In the order of the cells' names. */
  records: CellRecord[];
  /** One sentence for each file that holds no valid record. */
  warnings: string[];
}

type Identity = Pick<Cell, 'id' | 'cell'>;

/** Bytes: hundreds of times those of the longest curve. A larger file was not written as a record. */
const largestRecord = 64e6;
const otherFolder = 'choose another folder with --out';

/** Names the folders of a store; creates nothing. */
export function storeAt(outDir: string): Store {
  const root = resolve(outDir);
  const recordsDir = join(root, 'records');
  return {
    outDir: root,
    recordsDir,
    supersededDir: join(recordsDir, 'superseded'),
    checkpointsDir: join(root, 'checkpoints'),
    weightsDir: join(root, 'weights'),
  };
}

/** The file of a cell's record. */
export function recordPath(store: Store, cell: string): string {
  return join(store.recordsDir, `${cell}.json`);
}

/** The folder of one cell's checkpoints; its name holds the id, so that a changed cell never resumes an older one's. */
export function checkpointDir(store: Store, cell: Identity): string {
  return join(store.checkpointsDir, `${cell.cell}-${cell.id}`);
}

/** The file of a cell's kept weights; its name holds the id, as that of its checkpoints does. */
export function weightsPath(store: Store, cell: Identity): string {
  return join(store.weightsDir, `${cell.cell}-${cell.id}.weights`);
}

/** Validates and writes a record atomically. Throws on an invalid record, UsageError on a full or read-only disk. */
export async function writeRecord(store: Store, record: CellRecord): Promise<void> {
  const parsed = recordSchema.safeParse(record);
  if (!parsed.success) throw new Error(`The record of ${record.cell} is not valid: ${issuesOf(parsed.error)}`);
  await writeFileAtomically(recordPath(store, record.cell), `${JSON.stringify(parsed.data, null, 2)}\n`);
}

/** A cell's valid record with the same id; null where there is none. */
export async function readRecord(store: Store, cell: Identity): Promise<CellRecord | null> {
  const read = await readRecordFile(recordPath(store, cell.cell), cell.cell);
  return read.record?.id === cell.id ? read.record : null;
}

/**
 * All valid records of a store. A truncated, foreign or otherwise invalid file counts as missing and gives a warning
 * that names it; with `quarantine` it is also renamed to `<file>.corrupt`, so that its cell can be run again.
 */
export async function readRecords(store: Store, options: { quarantine: boolean }): Promise<StoredRecords> {
  const records: CellRecord[] = [];
  const warnings: string[] = [];
  for (const name of await recordFiles(store)) {
    const path = join(store.recordsDir, name);
    const read = await readRecordFile(path, name.slice(0, -'.json'.length));
    if (read.record !== null) {
      records.push(read.record);
    } else if (options.quarantine && read.version !== undefined) {
      await moveAside(store, path, `${name.slice(0, -'.json'.length)}-version-${read.version}`);
      warnings.push(`${path} ${read.problem}; it is kept in ${store.supersededDir}, its cell runs again.`);
    } else if (read.version !== undefined) {
      warnings.push(
        `${path} ${read.problem}: run its suite again, which keeps it aside, or read it with the program that wrote ` +
          'it.',
      );
    } else if (options.quarantine) {
      const kept = await freeName(`${path}.corrupt`);
      await onFile({ done: 'written', path: kept, remedy: otherFolder }, () => rename(path, kept));
      warnings.push(
        `${path} holds no valid record (${read.problem}); renamed to ${basename(kept)}, counts as missing.`,
      );
    } else {
      warnings.push(
        `${path} holds no valid record (${read.problem}); it counts as missing: run its suite again, which keeps the ` +
          'file aside.',
      );
    }
  }
  return { records, warnings };
}

/** Moves one record to the superseded ones. An earlier superseded record of the same name is kept too. */
export async function supersede(store: Store, record: Identity): Promise<void> {
  await moveAside(store, recordPath(store, record.cell), `${record.cell}-${record.id}`);
}

async function moveAside(store: Store, path: string, name: string): Promise<void> {
  const kept = join(store.supersededDir, name);
  await onFile({ done: 'written', path: kept, remedy: otherFolder }, async () => {
    makeFolder(store.supersededDir);
    await rename(path, await freeName(kept, '.json'));
  });
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
    for (const name of await filesOf(dir)) {
      if (/\.(json|weights)\.\d+-\d+\.tmp$/.test(name)) await rm(join(dir, name), { force: true });
    }
  }
}

/** True where the store holds at least one record file. */
export async function hasRecords(store: Store): Promise<boolean> {
  return (await recordFiles(store)).length > 0;
}

async function recordFiles(store: Store): Promise<string[]> {
  return (await filesOf(store.recordsDir)).filter((name) => name.endsWith('.json')).sort();
}

async function filesOf(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw explainFileError(error, { done: 'read', path: dir, remedy: otherFolder });
  }
}

type Read =
  | { record: CellRecord }
  /** `version`: of a record that another version of the program wrote. */
  | { record: null; problem: string; version?: number };

async function readRecordFile(path: string, cell: string): Promise<Read> {
  let content: unknown;
  try {
    const text = await readTextFile(path, { most: largestRecord, remedy: otherFolder });
    if (text === null) return { record: null, problem: 'no such file' };
    content = JSON.parse(text);
  } catch (error) {
    if (error instanceof DamagedFileError) return { record: null, problem: error.why };
    if (error instanceof SyntaxError) return { record: null, problem: `no JSON: ${error.message}` };
    throw error;
  }
  const version = versionOf(content);
  if (version !== null && version !== recordVersion) {
    const problem = `is a record of version ${version}, and this program reads version ${recordVersion}`;
    return { record: null, problem, version };
  }
  const parsed = recordSchema.safeParse(content);
  if (!parsed.success) return { record: null, problem: issuesOf(parsed.error) };
  if (parsed.data.cell !== cell) return { record: null, problem: `it is the record of ${parsed.data.cell}` };
  return { record: parsed.data };
}

function versionOf(content: unknown): number | null {
  const version = content !== null && typeof content === 'object' && 'version' in content ? content.version : null;
  return typeof version === 'number' ? version : null;
}

function issuesOf(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  return error.issues.map((issue) => `${issue.path.map(String).join('.') || 'record'}: ${issue.message}`).join('; ');
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
