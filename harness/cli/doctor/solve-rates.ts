import { type Cost, type Rates, referenceRates } from '../../spec/cost.ts';

/** Steps of which both are known: what they take, and how long they took. */
export interface MeasuredStep {
  cost: Pick<Cost, 'flops' | 'bytes' | 'operations'>;
  seconds: number;
}

/** No machine is so many times faster at anything than the reference machine: a rate that the steps hardly tell stays finite. */
const fastest = 20;
const sweeps = 10_000;

/**
 * The rates under which the steps take what they took: x = (1/F, 1/B, τ) with the least Σᵢ(Σⱼ aᵢⱼxⱼ/tᵢ − 1)², x not
 * below that of a machine `fastest` times the reference. The problem is convex, and descent along one coordinate after
 * another ends at its minimum.
 */
export function solveRates(steps: readonly MeasuredStep[]): Omit<Rates, 'scalarSpeed'> {
  const rows = steps.map(({ cost, seconds }) =>
    [cost.flops, cost.bytes, cost.operations].map((part) => part / seconds),
  );
  const reference = [
    1 / referenceRates.flopsPerSecond,
    1 / referenceRates.bytesPerSecond,
    referenceRates.operationSeconds,
  ];
  const x = [...reference];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [j, start] of reference.entries()) {
      const others = rows.map((row) => row.reduce((sum, part, k) => (k === j ? sum : sum + part * x[k]!), 0));
      const along = rows.reduce((sum, row, i) => sum + row[j]! * (1 - others[i]!), 0);
      const squares = rows.reduce((sum, row) => sum + row[j]! ** 2, 0);
      x[j] = Math.max(along / squares, start / fastest);
    }
  }
  return { flopsPerSecond: 1 / x[0]!, bytesPerSecond: 1 / x[1]!, operationSeconds: x[2]! };
}
