/** A number as records hold it: JSON has no NaN or infinity. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
