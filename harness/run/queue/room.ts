/** How many cells a machine's memory takes. */

/** Bytes that a cell is expected to take while none like it was measured. */
const unmeasured = 512 * 2 ** 20;
/** Peaks are sampled, so the true one is a little higher. */
const headroom = 1.15;

/**
 * Cells that may run at once: as many as fit into `memory` with the largest peak that was measured, at least one.
 *
 * @param memory bytes for all cells together
 * @param largestPeak bytes; null: none was measured yet
 */
export function cellsThatFit(memory: number, largestPeak: number | null): number {
  return Math.max(1, Math.floor(memory / (largestPeak === null ? unmeasured : headroom * largestPeak)));
}
