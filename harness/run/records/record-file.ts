import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DamagedFileError, readTextFile } from '../../file-errors.ts';
import { type CellRecord, recordSchema, recordVersion } from '../../record.ts';

/** Bytes: hundreds of times those of the longest curve. A larger file was not written as a record. */
export const largestRecord = 64e6;
/** What else helps where the system refuses a file of an output folder. */
export const otherFolder = 'choose another folder with --out';

/** A file without a record that can be used. */
export interface Unreadable {
  record: null;
  problem: string;
  /** Of a record that another version of the program wrote. */
  version?: number;
}

/** What a file holds: a record of the cell that the file is named after, or why not. */
export type ReadFile = { record: CellRecord } | Unreadable;

/** The cell that a record's file is named after. */
export function cellOfFile(path: string): string {
  return basename(path, '.json');
}

/** Reads one record's file. Throws UsageError where the system refuses to read it. */
export async function readRecordFile(path: string): Promise<ReadFile> {
  try {
    // What is no file is named, not refused: its cell can run again.
    if (!(await stat(path)).isFile()) return { record: null, problem: 'it is no regular file, nor a link to one' };
    const text = await readTextFile(path, { most: largestRecord, remedy: otherFolder });
    return text === null ? { record: null, problem: 'no such file' } : recordIn(text, cellOfFile(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { record: null, problem: 'there is no such file, or it is a broken link' };
    if (codeOf(error) === 'ELOOP') return { record: null, problem: 'it is a link that leads to itself' };
    if (error instanceof DamagedFileError) return { record: null, problem: error.why };
    throw error;
  }
}

/** The record in a text that is to be that of a cell. */
export function recordIn(text: string, cell: string): ReadFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return { record: null, problem: `no JSON: ${(error as SyntaxError).message}` };
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

/** What is wrong with data, a clause an issue. */
export function issuesOf(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  return error.issues.map((issue) => `${issue.path.map(String).join('.') || 'record'}: ${issue.message}`).join('; ');
}

/** The system's code of an error; null of any other. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
