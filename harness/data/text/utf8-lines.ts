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

/** Where the first character begins that is not UTF-8, in bytes: decoded, it is a mark of replacement that the bytes lack. */
function firstWrong(bytes: Buffer): number {
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const mark = Buffer.from('\ufffd');
  for (let at = decoded.indexOf('\ufffd'); at >= 0; at = decoded.indexOf('\ufffd', at + 1)) {
    const offset = Buffer.byteLength(decoded.slice(0, at));
    if (!bytes.subarray(offset, offset + mark.length).equals(mark)) return offset;
  }
  return bytes.length;
}
