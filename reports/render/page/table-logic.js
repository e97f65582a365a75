/** What the page's tables do, as functions of text: they run in the reader's browser. */

/**
 * What a cell sorts by: its first number (`93.59 % ± 0.21`, `1,024`, `-3e-5`), or its text; null where nothing was
 * measured, which sorts last.
 *
 * @param {string} text
 * @param {boolean} numeric
 * @returns {number | string | null}
 */
export function sortKey(text, numeric) {
  if (text === '' || text === '–') return null;
  if (!numeric) return text;
  const found = /[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?/i.exec(text);
  return found === null ? null : Number(found[0].replaceAll(',', ''));
}

/**
 * The places of rows in the order of a column, equal ones as they stood.
 *
 * @param {readonly (readonly string[])[]} rows
 * @param {readonly number[]} places those that are sorted
 * @param {{column: number, numeric: boolean, descending: boolean}} by
 * @returns {number[]}
 */
export function sorted(rows, places, { column, numeric, descending }) {
  const collator = new Intl.Collator('en', { numeric: true });
  const keyed = places.map((place) => ({ place, key: sortKey(rows[place]?.[column] ?? '', numeric) }));
  const compare = (/** @type {number | string} */ a, /** @type {number | string} */ b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return descending ? compare(b.key, a.key) : compare(a.key, b.key);
  });
  return keyed.map(({ place }) => place);
}

/**
 * The places of the rows that have the chosen value in every column where one is chosen, and hold all words somewhere.
 *
 * @param {readonly (readonly string[])[]} rows
 * @param {{chosen: ReadonlyMap<number, string>, words: string}} by
 * @returns {number[]}
 */
export function filtered(rows, { chosen, words }) {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return [...rows.keys()].filter((place) => {
    const row = rows[place] ?? [];
    if ([...chosen].some(([column, value]) => row[column] !== value)) return false;
    if (wanted.length === 0) return true;
    const text = row.join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/**
 * The distinct values of a column, in reading order: numbers by size.
 *
 * @param {readonly (readonly string[])[]} rows
 * @param {number} column
 * @returns {string[]}
 */
export function valuesIn(rows, column) {
  const collator = new Intl.Collator('en', { numeric: true });
  const values = [...new Set(rows.map((row) => row[column] ?? ''))];
  const isNumber = values.every((value) => value === '–' || !Number.isNaN(Number(value)));
  return values.sort((a, b) => (isNumber ? (Number(a) || 0) - (Number(b) || 0) : collator.compare(a, b)));
}

/**
 * The levels of a cell's curve, out of the bytes of all: each is kept as the difference from the one before, modulo 256.
 *
 * @param {Uint8Array} bytes
 * @param {number} from
 * @param {number} count
 * @returns {number[]}
 */
export function levelsAt(bytes, from, count) {
  let level = 0;
  return Array.from({ length: count }, (_, i) => {
    level = (level + (bytes[from + i] ?? 0)) % 256;
    return level;
  });
}
