import { expect, it } from 'vitest';
import { type MeasuredStep, solveRates } from '../../../harness/cli/doctor/solve-rates.ts';
import { type Rates, referenceRates, secondsOn } from '../../../harness/spec/cost.ts';

const costs = [
  { flops: 2e9, bytes: 4e8, operations: 300 },
  { flops: 1e10, bytes: 5e8, operations: 320 },
  { flops: 1e6, bytes: 1e6, operations: 310 },
];

/** Of a step whose parts take what the rates say. */
function slownessOf(cost: MeasuredStep['cost'], rates: Rates): number {
  const own = { ...cost, scalarSeconds: 0 };
  return secondsOn(rates, own) / secondsOn(referenceRates, own);
}

const stepsOn = (rates: Rates, noise = [1, 1, 1]): MeasuredStep[] =>
  costs.map((cost, at) => ({ cost, slowness: noise[at]! * slownessOf(cost, rates) }));

it('gives back the rates of a machine that is as much faster, or slower, at everything', () => {
  for (const speed of [0.1, 3]) {
    const solved = solveRates(
      stepsOn({
        flopsPerSecond: speed * referenceRates.flopsPerSecond,
        bytesPerSecond: speed * referenceRates.bytesPerSecond,
        operationSeconds: referenceRates.operationSeconds / speed,
        scalarSpeed: 1,
      }),
    );
    expect(solved.flopsPerSecond / referenceRates.flopsPerSecond).toBeCloseTo(speed, 6);
    expect(solved.bytesPerSecond / referenceRates.bytesPerSecond).toBeCloseTo(speed, 6);
    expect(referenceRates.operationSeconds / solved.operationSeconds).toBeCloseTo(speed, 6);
  }
});

const uneven = { flopsPerSecond: 4e10, bytesPerSecond: 2e10, operationSeconds: 2e-5, scalarSpeed: 1 };

it('has the steps of an uneven machine within a tenth', () => {
  const steps = stepsOn(uneven);
  const solved = { ...solveRates(steps), scalarSpeed: 1 };
  for (const { cost, slowness } of steps) {
    expect(Math.abs(Math.log(slownessOf(cost, solved) / slowness))).toBeLessThan(0.1);
  }
});

it('finds the least sum: no other rates near it have a smaller one', () => {
  const steps = stepsOn(uneven, [1.1, 0.95, 1]);
  const solved = solveRates(steps);
  const found = [
    referenceRates.flopsPerSecond / solved.flopsPerSecond,
    referenceRates.bytesPerSecond / solved.bytesPerSecond,
    solved.operationSeconds / referenceRates.operationSeconds,
  ].map(Math.log);
  const sumAt = (u: readonly number[]) => {
    const [products, traffic, starts] = u.map(Math.exp) as [number, number, number];
    const rates = {
      flopsPerSecond: referenceRates.flopsPerSecond / products,
      bytesPerSecond: referenceRates.bytesPerSecond / traffic,
      operationSeconds: referenceRates.operationSeconds * starts,
      scalarSpeed: 1,
    };
    const mean = u.reduce((sum, entry) => sum + entry, 0) / 3;
    return (
      steps.reduce((sum, { cost, slowness }) => sum + Math.log(slownessOf(cost, rates) / slowness) ** 2, 0) +
      0.045 * u.reduce((sum, entry) => sum + (entry - mean) ** 2, 0)
    );
  };
  const least = sumAt(found);
  for (const j of [0, 1, 2]) {
    for (const move of [-0.01, 0.01]) {
      expect(sumAt(found.map((entry, k) => (k === j ? entry + move : entry)))).toBeGreaterThan(least);
    }
  }
});

it('does not call a part twenty times as fast for steps that are measured a tenth wrong', () => {
  // All steps have traffic in the same share of products, nearly: what they tell apart is noise.
  const alike = [
    { flops: 2e9, bytes: 4e8, operations: 300 },
    { flops: 2.2e9, bytes: 4e8, operations: 320 },
    { flops: 1e6, bytes: 1e6, operations: 310 },
  ];
  const solved = solveRates(alike.map((cost, at) => ({ cost, slowness: [0.9, 1.1, 1][at]! })));
  for (const ratio of [
    solved.flopsPerSecond / referenceRates.flopsPerSecond,
    solved.bytesPerSecond / referenceRates.bytesPerSecond,
    solved.operationSeconds / referenceRates.operationSeconds,
  ]) {
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  }
});

it('keeps every rate finite and positive, whatever was measured', () => {
  // The first takes longer than the second, which has more of everything.
  const solved = solveRates(costs.map((cost, at) => ({ cost, slowness: [1, 0.1, 1e-5][at]! })));
  for (const rate of Object.values(solved)) {
    expect(Number.isFinite(rate)).toBe(true);
    expect(rate).toBeGreaterThan(0);
  }
});
