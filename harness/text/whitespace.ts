/**
 * White space as Python's `str.split()` and `str.strip()` see it, which decides where the published scores' tokens end:
 * the ASCII separators (U+001C to U+001F) and U+0085 count, the byte order mark does not.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are white space there
const separators = /[\t-\r\x1c-\x1f\x85\p{Z}]+/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are white space there
const atEnd = /[\t-\r\x1c-\x1f\x85\p{Z}]+$/u;

/** The words of a line; none where it is blank. */
export function wordsOf(line: string): string[] {
  return line.split(separators).filter((word) => word !== '');
}

/** A line without the white space at its end. */
export function trimmedEnd(line: string): string {
  return line.replace(atEnd, '');
}
