import { expect, it } from 'vitest';
import { solveRates } from '../../../harness/cli/doctor/solve-rates.ts';
import { referenceRates, secondsOn } from '../../../harness/spec/cost.ts';

const costs = [
  { flops: 2e9, bytes: 4e8, operations: 300 },
  { flops: 1e10, bytes: 5e8, operations: 320 },
  { flops: 1e6, bytes: 1e6, operations: 310 },
];

it('gives back the rates under which steps took their time', () => {
  const rates = { flopsPerSecond: 4e10, bytesPerSecond: 2e10, operationSeconds: 2e-5, scalarSpeed: 1 };
  const steps = costs.map((cost) => ({ cost, seconds: secondsOn(rates, { ...cost, scalarSeconds: 0 }) }));
  const solved = solveRates(steps);
  expect(solved.flopsPerSecond / rates.flopsPerSecond).toBeCloseTo(1, 6);
  expect(solved.bytesPerSecond / rates.bytesPerSecond).toBeCloseTo(1, 6);
  expect(solved.operationSeconds / rates.operationSeconds).toBeCloseTo(1, 6);
});

it('keeps every rate finite and positive, whatever was measured', () => {
  // The first takes longer than the second, which has more of everything.
  const solved = solveRates(costs.map((cost, at) => ({ cost, seconds: [1, 0.1, 1e-5][at]! })));
  expect(solved.flopsPerSecond).toBeGreaterThan(0);
  expect(solved.flopsPerSecond).toBeLessThanOrEqual(20 * referenceRates.flopsPerSecond * (1 + 1e-9));
  expect(solved.bytesPerSecond).toBeLessThanOrEqual(20 * referenceRates.bytesPerSecond * (1 + 1e-9));
  expect(solved.operationSeconds).toBeGreaterThanOrEqual(referenceRates.operationSeconds / 20);
});
