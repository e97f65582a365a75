/** Text of one number in a table. What was not measured is a dash. */

/** A dash. */
export const notMeasured = '–';

/** The formatted value; a dash where there is none. */
export function orDash<T>(value: T | null | undefined, format: (value: T) => string): string {
  return value === null || value === undefined ? notMeasured : format(value);
}

/** Whole number with thousands separated: `269,722`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Three significant digits, no exponent between a thousandth and a million. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return size >= 100 ? whole(value) : Number(value.toPrecision(3)).toString();
}

/** Bytes in mebibytes: `1,024`. */
export function mebibytes(bytes: number): string {
  return whole(bytes / 2 ** 20);
}

/** A format with so many digits behind the point. */
export function fixed(digits: number): (value: number) => string {
  return (value) => value.toFixed(digits);
}

/** A p-value in a table: `0.012`, `< 0.001`. */
export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** A p-value after the letter p: `= 0.012`, `< 0.001`. */
export function equalsP(p: number): string {
  return p < 0.001 ? pValue(p) : `= ${pValue(p)}`;
}
