/** Seconds to start a process, read the data and measure, beside training. */
export const overheadSeconds = 4;

/**
 * Time of a step over that of the dense network, from the multiply-accumulates of both and those that the rest of a
 * step is worth, which is the same in both.
 */
export function relativeCost(macs: number, denseMacs: number, rest: number): number {
  return (macs + rest) / (denseMacs + rest);
}
