import { stringify } from 'csv-stringify/sync';

/**
 * Rows under a header, empty where a value is null. Text that a spreadsheet would run as a formula is preceded by an
 * apostrophe; numbers are left as they are, the negative ones too.
 *
 * @param rows a value a column each
 */
export function csvText(columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { columns: [...columns], header: true, escape_formulas: true },
  );
}
