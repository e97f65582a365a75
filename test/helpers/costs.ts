import type { Cost } from '../../harness/spec/cost.ts';

/** The cost of a cell that takes so many seconds on the reference machine, and no memory. */
export function waiting(scalarSeconds: number): Cost {
  return { flops: 0, bytes: 0, operations: 0, scalarSeconds, memoryBytes: 0 };
}
