/** Plain JSON data, as stored in a baseline. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A copy of `value` with the keys of every object in alphabetical order, so that equal data give equal text. */
export function sortKeys<T>(value: T): T;
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}

/** JSON text that is equal exactly when the data are equal, whatever the order of keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

/** What a text of JSON says; null: it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
