import { z } from 'zod';

/** What a cell takes before any machine is asked, and the seconds of it on a machine. */

const amount = z.number().min(0);

/** Operations, traffic and memory of a cell: the same on every machine. */
export const costSchema = z.strictObject({
  /** Of the engine's products, two for each multiply-accumulate. */
  flops: amount,
  /** Bytes that the engine reads and writes beside its products: normalizations, activations, gradients of them. */
  bytes: amount,
  /** Operations that the engine begins, whatever their size. */
  operations: amount,
  /** Seconds of the reference machine outside the engine: start, data, and what is computed in float64. */
  scalarSeconds: amount,
  /** The largest resident set of its process, in bytes. */
  memoryBytes: amount,
});
export type Cost = z.infer<typeof costSchema>;

/** How fast one core of a machine is at each part of a cost. */
export const ratesSchema = z.strictObject({
  flopsPerSecond: z.number().positive(),
  bytesPerSecond: z.number().positive(),
  operationSeconds: z.number().positive(),
  /** Speed outside the engine over that of the reference machine. */
  scalarSpeed: z.number().positive(),
});
export type Rates = z.infer<typeof ratesSchema>;

/**
 * The reference machine: a core of an AMD EPYC (family 25), native arithmetic. Fitted to the step times of 180 cells of
 * ResNets and wide ResNets in the stored baselines of `compression` and `tensors`, nightly: 12 % median error.
 */
export const referenceRates: Rates = {
  flopsPerSecond: 83e9,
  bytesPerSecond: 9.5e9,
  operationSeconds: 8e-6,
  scalarSpeed: 1,
};

/** Cells with the seconds that they take on a machine. */
export function estimatedOn<T extends { cost: Cost; estimatedSeconds: number }>(
  rates: Rates,
  cells: readonly T[],
): T[] {
  return cells.map((cell) => ({ ...cell, estimatedSeconds: secondsOn(rates, cell.cost) }));
}

/** t = flops/F + bytes/B + operations·τ + scalar seconds/s: no part hides behind another on one core. */
export function secondsOn(rates: Rates, cost: Omit<Cost, 'memoryBytes'>): number {
  return (
    cost.flops / rates.flopsPerSecond +
    cost.bytes / rates.bytesPerSecond +
    cost.operations * rates.operationSeconds +
    cost.scalarSeconds / rates.scalarSpeed
  );
}
