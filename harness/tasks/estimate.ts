/** Seconds to start a process, read the data and measure, beside training. */
export const overheadSeconds = 4;

/** Measured: at a tenth of the dense operations a step still takes about 0.6 of the dense time. */
const fixedShare = 0.55;

/** Time of a step over that of the dense network, from the multiply-accumulates of both. */
export function relativeCost(macs: number, denseMacs: number): number {
  return fixedShare + (1 - fixedShare) * Math.min(1, macs / denseMacs);
}
