/**
 * Text that the product did not write: thrown errors, the output of workers, names and notes from files, records and
 * baselines from elsewhere. Cleaned here, it can be kept, printed and shown without doing anything to its reader.
 */

/** The most characters of one text that are kept. */
export const longestText = 8000;

/** The most texts of a list that are kept. */
export const longestList = 100;

const controls = String.raw`\p{Cc}`;
/** A sequence that a terminal obeys: CSI, then strings such as a window's title with their end, then short ones. */
const escapeSequences = new RegExp(
  [
    String.raw`(?:\u{1b}\[|\u{9b})[0-?]*[ -\/]*[@-~]`,
    String.raw`(?:\u{1b}[\]PX^_]|[\u{90}\u{98}\u{9d}-\u{9f}])[^${controls}]*(?:\u{7}|\u{1b}\\|\u{9c})`,
    String.raw`\u{1b}[ -\/]*[0-~]?`,
  ].join('|'),
  'gu',
);
/** Controls, but for line feeds and tabs, and what turns the direction of writing. */
const unprintable = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;
const lineBreaks = /\r\n?|[\u2028\u2029]/gu;
const loneSurrogates = /\p{Cs}/gu;
/** Whether a text may hold anything of these; most do not. */
const suspicious = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\p{Cs}\u2028\u2029]/u;

/**
 * A text without escape sequences, control characters (line feeds and tabs stay), characters that turn the direction
 * of writing, and half characters; of one that is longer than `limit` characters, its head and tail, and how much was
 * left out between them. Cleaning twice changes nothing more.
 */
export function cleanText(text: string, limit: number = longestText): string {
  const clean = suspicious.test(text)
    ? text
        .replace(escapeSequences, '')
        .replace(lineBreaks, '\n')
        .replace(unprintable, '')
        .replace(loneSurrogates, '\uFFFD')
    : text;
  return clean.length <= limit ? clean : headAndTail(clean, limit);
}

/** Controls, line breaks, half characters, and what turns the direction of writing: what no name of ours has. */
const notOfNames = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;
const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A name from a file, or of one, which stands in a line or a column: with its control characters written out, so that it
 * can neither begin a line nor do anything to a terminal. Cleaning twice changes nothing more.
 */
export function cleanName(name: string): string {
  return name.replace(notOfNames, (one) => shortEscapes[one] ?? `\\u{${one.codePointAt(0)!.toString(16)}}`);
}

/** A cleaned text of several lines behind the first words of a line: the further ones begin under these. */
export function indented(text: string, width: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(width)}`);
}

/** The first line of a cleaned text, for places that have one. */
export function firstLine(text: string, limit = 200): string {
  return cleanText(text.trimStart().split('\n', 1)[0] ?? '', limit);
}

/** Plain data with every text in it cleaned, names of fields as names; the data themselves where nothing is to be. */
export function cleanTexts(data: unknown): unknown {
  return isClean(data, new Set()) ? data : cleaned(data);
}

/**
 * Most data are clean and large: they are looked through without a copy.
 *
 * @param names that were found clean: the points of a curve all have the same
 */
function isClean(data: unknown, names: Set<string>): boolean {
  if (typeof data === 'string') return isCleanText(data);
  if (data === null || typeof data !== 'object') return true;
  if (Array.isArray(data)) return data.every((one) => isClean(one, names));
  for (const name of Object.keys(data)) {
    const value = (data as Readonly<Record<string, unknown>>)[name];
    if (!names.has(name)) {
      if (!isCleanText(name) || cleanName(name) !== name) return false;
      names.add(name);
    }
    if (typeof value !== 'number' && !isClean(value, names)) return false;
  }
  return true;
}

function isCleanText(text: string): boolean {
  return text.length <= longestText && !suspicious.test(text);
}

function cleaned(data: unknown): unknown {
  if (typeof data === 'string') return cleanText(data);
  if (Array.isArray(data)) return data.map(cleaned);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [cleanName(cleanText(name)), cleaned(value)]));
}

/** A list that is not longer than one is kept: its first texts, and how many were left out. */
export function boundedList(texts: readonly string[]): string[] {
  if (texts.length <= longestList) return [...texts];
  const kept = texts.slice(0, longestList - 1);
  return [...kept, `${texts.length - kept.length} more were left out.`];
}

/**
 * What a thrown value says, cleaned: an error's kind and message, or the value itself. Never throws, whatever the value
 * does when it is looked at.
 */
export function thrownText(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return cleanText(`threw ${String(thrown)}`);
    const { name, message } = thrown;
    return cleanText(name === 'Error' ? `${message}` : `${name}: ${message}`);
  } catch {
    return 'threw a value that cannot be shown';
  }
}

/** An error's stack, cleaned, which names where it came from; of any other thrown value what it says. */
export function thrownStack(thrown: unknown): string {
  try {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === 'string' ? cleanText(stack) : thrownText(thrown);
  } catch {
    return thrownText(thrown);
  }
}

function headAndTail(text: string, limit: number): string {
  // The room of the sentence between them, whatever it counts.
  const room = Math.max(0, limit - 60);
  const head = whole(text.slice(0, Math.ceil(room / 2)), 'end');
  const tail = whole(text.slice(text.length - Math.floor(room / 2)), 'start');
  const left = (text.length - head.length - tail.length).toLocaleString('en');
  return `${head}\n[${left} characters were left out here]\n${tail}`;
}

/** A piece without the half of a character that it was cut through. */
function whole(piece: string, cut: 'start' | 'end'): string {
  return cut === 'end' ? piece.replace(/[\uD800-\uDBFF]$/, '') : piece.replace(/^[\uDC00-\uDFFF]/, '');
}
