/** Arithmetic mean; null for no values. */
export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Sample standard deviation √(Σ(x − x̄)² / (n − 1)); null for fewer than two values, which have no spread to measure.
 */
export function sampleDeviation(values: readonly number[]): number | null {
  const center = mean(values);
  if (center === null || values.length < 2) return null;
  // A mean of equal values is off by a rounding error, which must not look like a spread.
  if (values.every((value) => value === values[0])) return 0;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** The values that were measured. */
export function measuredOnly(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
