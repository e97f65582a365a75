import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { unreadable } from '../folder.ts';

/**
 * The lines of a UTF-8 file, as they are but for line feeds. The file may end with or without one, and begin with a byte
 * order mark. Lines are decoded one by one: a text of hundreds of megabytes is longer than one string can be.
 *
 * @param title of the data set, for messages
 * @throws UsageError where the file cannot be read, or a line is not UTF-8, naming file, line and byte offset
 */
export async function utf8Lines(title: string, path: string): Promise<string[]> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(title, path, error);
  });
  // No character reaches beyond a line's end. A mark within a text is a character of it.
  const first = new TextDecoder('utf-8', { fatal: true });
  const later = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const found = bytes.indexOf(0x0a, offset);
    const end = found < 0 ? bytes.length : found;
    try {
      lines.push((offset === 0 ? first : later).decode(bytes.subarray(offset, end)));
    } catch (cause) {
      throw new UsageError(
        `${title}: ${path}: line ${lines.length + 1} (byte offset ${offset + firstWrong(bytes.subarray(offset, end))}) is not UTF-8; ` +
          'convert the file to UTF-8, or fetch it again',
        { cause },
      );
    }
    offset = end + 1;
  }
  return lines;
}

/** Where the first character begins that is not UTF-8, in bytes. */
function firstWrong(bytes: Uint8Array): number {
  let [right, wrong] = [0, bytes.length];
  // A beginning is UTF-8, but for a last character cut short, until it holds what is not.
  const isRight = (length: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  if (isRight(wrong)) return wrong - unfinished(bytes);
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isRight(middle)) right = middle;
    else wrong = middle;
  }
  return right - unfinished(bytes.subarray(0, right));
}

/** Bytes at the end of a character that goes on behind them. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
