import { open } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { unreadable } from '../folder.ts';
import { utf8Lines } from '../text/utf8-lines.ts';

/** Kaldi's archives in text form: matrices of features, and vectors of labels, an utterance each. */

/** What stands in an archive of an utterance, and where it begins. */
export interface ArchiveEntry<T> {
  readonly value: T;
  /** The file and its line, for messages. */
  readonly place: string;
}

/** A matrix, row by row. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** How the text form of a binary archive is made. */
type Conversion = 'copy-feats ark:FILE ark,t:TEXT' | 'copy-int-vector ark:FILE ark,t:TEXT';

/**
 * The matrices of an archive of features: `utterance  [`, then a row of numbers a line, the last with `]` behind.
 *
 * @throws UsageError where the archive is binary or not of this form, naming file, line and remedy
 */
export async function readFeatures(title: string, path: string): Promise<Map<string, ArchiveEntry<FeatureMatrix>>> {
  const found = new Map<string, ArchiveEntry<FeatureMatrix>>();
  const lines = await archiveLines(title, path, 'copy-feats ark:FILE ark,t:TEXT');
  let begun: { name: string; place: string; rows: number[][] } | null = null;
  for (const { words, place } of lines) {
    const refuse = refusalAt(title, place);
    let row = words;
    if (begun === null) {
      const [name = '', bracket, ...rest] = words;
      if (bracket !== '[')
        throw refuse(`has no '[' behind the utterance's name`, "write 'utterance [' and rows behind");
      if (found.has(name)) throw refuse(`has utterance '${name}' again`, 'remove one of both');
      begun = { name, place, rows: [] };
      row = rest;
    }
    const closes = row.at(-1) === ']';
    const numbers = (closes ? row.slice(0, -1) : row).map((word) => numberOf(word, refuse));
    const columns = begun.rows[0]?.length;
    if (numbers.length > 0) {
      if (columns !== undefined && numbers.length !== columns) {
        throw refuse(
          `has ${numbers.length} features, and the frames of utterance '${begun.name}' before it ${columns}`,
          'give all frames as many',
        );
      }
      begun.rows.push(numbers);
    }
    if (!closes) continue;
    const { name, rows } = begun;
    if (rows.length === 0) throw refuse(`ends utterance '${name}', which has no frame`, 'remove the utterance');
    const values = Float32Array.from(rows.flat());
    found.set(name, {
      value: { rows: rows.length, columns: rows[0]!.length, values },
      place: begun.place,
    });
    begun = null;
  }
  if (begun !== null) throw refusalAt(title, begun.place)(`begins '${begun.name}', which no ']' ends`, 'complete it');
  return found;
}

/**
 * The labels of an archive of whole numbers, a line an utterance: `utterance 3 3 7 7 7`.
 *
 * @throws UsageError as `readFeatures`
 */
export async function readLabels(title: string, path: string): Promise<Map<string, ArchiveEntry<Int32Array>>> {
  const found = new Map<string, ArchiveEntry<Int32Array>>();
  const lines = await archiveLines(title, path, 'copy-int-vector ark:FILE ark,t:TEXT');
  for (const { words, place } of lines) {
    const refuse = refusalAt(title, place);
    const [name = '', ...labels] = words;
    if (found.has(name)) throw refuse(`has utterance '${name}' again`, 'remove one of both');
    found.set(name, { value: Int32Array.from(labels, (word) => labelOf(word, refuse)), place });
  }
  return found;
}

/** The most labels that a network can be asked to tell apart. */
const mostLabels = 100_000;

type Refusal = (what: string, remedy: string) => UsageError;

function refusalAt(title: string, place: string): Refusal {
  return (what, remedy) => new UsageError(`${title}: ${place} ${what}; ${remedy}`);
}

function numberOf(word: string, refuse: Refusal): number {
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Math.fround(Number(word)) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw refuse(`has '${word}', which is no finite number`, 'write numbers alone, or extract the features again');
}

function labelOf(word: string, refuse: Refusal): number {
  if (/^\d+$/.test(word) && Number(word) < mostLabels) return Number(word);
  throw refuse(`has '${word}', which is no label`, `write whole numbers from 0 to ${mostLabels - 1}`);
}

/** A line's words and place. */
interface ArchiveLine {
  words: string[];
  place: string;
}

async function archiveLines(title: string, path: string, conversion: Conversion): Promise<ArchiveLine[]> {
  const binary = (line: number) =>
    new UsageError(
      `${title}: ${path}: line ${line} is binary; only text can be read here: convert the archive with ${conversion}`,
    );
  // Else the first bytes that are no UTF-8 would be complained of.
  const line = await lineOfFirstZero(title, path);
  if (line !== null) throw binary(line);
  return (await utf8Lines(title, path)).flatMap((text, index) => {
    if (text.includes('\0')) throw binary(index + 1);
    const words = text.split(/\s+/).filter((word) => word !== '');
    return words.length === 0 ? [] : [{ words, place: `${path}: line ${index + 1}` }];
  });
}

/** Bytes in which a binary archive has its first marker, a zero and a B behind the first utterance's name. */
const headBytes = 65_536;

/** The line of the first zero byte in the file's head; null: it has none. */
async function lineOfFirstZero(title: string, path: string): Promise<number | null> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      const zero = buffer.subarray(0, bytesRead).indexOf(0);
      if (zero < 0) return null;
      return buffer.subarray(0, zero).filter((byte) => byte === 0x0a).length + 1;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(title, path, error);
  }
}
