import type { NdArray } from './nd-array.ts';

/**
 * The power of two that takes the largest magnitude of some finite numbers into [1, 2), within 2^±1000; 1 for zeros.
 * Times it, only numbers that vanish beside the largest one change, and squares stay in the range of numbers.
 */
export function scaleToUnit({ data }: NdArray): number {
  let peak = 0;
  for (const value of data) peak = Math.max(peak, Math.abs(value));
  let scale = 1;
  if (peak === 0) return scale;
  for (let k = 0; k < 1000 && peak * scale < 1; k++) scale *= 2;
  for (let k = 0; k < 1000 && peak * scale >= 2; k++) scale /= 2;
  return scale;
}
