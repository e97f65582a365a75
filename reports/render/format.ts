import { percent, signed } from '../../baselines/wording.ts';
import type { MetricName } from '../../harness/spec/spec.ts';

/** Text of one number in a table. What was not measured is a dash. */

export const notMeasured = '–';

export function orDash(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? notMeasured : format(value);
}

/** `93.59 % ± 0.21`; without a deviation `93.59 %`. */
export function percentSpread(mean: number | null, sd: number | null): string {
  return orDash(mean, (value) => percent(value) + (sd === null ? '' : ` ± ${(100 * sd).toFixed(2)}`));
}

/** A metric's mean and deviation: `93.59 % ± 0.21` of accuracy, `34.12 ± 0.21` of BLEU. */
export function scoreSpread(metric: MetricName, { mean, sd }: { mean: number | null; sd: number | null }): string {
  if (metric === 'accuracy') return percentSpread(mean, sd);
  return orDash(mean, (value) => value.toFixed(2) + (sd === null ? '' : ` ± ${sd.toFixed(2)}`));
}

/** `+2.10 ± 0.40`, in percentage points. */
export function pointsSpread(mean: number | null, sd: number | null): string {
  return orDash(mean, (value) => signed(100 * value, 2) + (sd === null ? '' : ` ± ${(100 * sd).toFixed(2)}`));
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

export function mebibytes(bytes: number): string {
  return whole(bytes / 2 ** 20);
}

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
