import { type Cost, type Rates, referenceRates, secondsOn } from '../../spec/cost.ts';
import type { NdArray } from '../../tensor/nd-array.ts';
import { solvedRight } from '../../tensor/positive-solve.ts';

/** Steps of which both are known: what they take, and how long they took. */
export interface MeasuredStep {
  cost: Pick<Cost, 'flops' | 'bytes' | 'operations'>;
  /** Its time over that on the reference machine. */
  slowness: number;
}

/**
 * What is expected before anything is measured: a step is told within some 10 %, and a machine that is faster or slower
 * at one part is so at the others within some 60 %. (0.1/ln 1.6)².
 */
const evenness = 0.045;

/** The sum is smooth and its parts are few: far fewer steps are needed. */
const mostSteps = 100;

/**
 * The rates under which the steps are as much slower than on the reference machine as they were, as far as these tell:
 * with u = ln(x/x_reference) of x = (1/F, 1/B, τ), slownesses sᵢ and the shares wᵢⱼ of a step's parts on the reference
 * machine, the least Σᵢ ln²(Σⱼ wᵢⱼ exp(uⱼ)/sᵢ) + κ Σⱼ (uⱼ − ū)². The reference machine has its own rates, whatever
 * the costs leave out of a step. Steps that differ little in what they are made of say how fast a machine is, and
 * hardly at what: the second term then has it as fast at everything. By damped steps of Gauss and Newton.
 */
export function solveRates(steps: readonly MeasuredStep[]): Omit<Rates, 'scalarSpeed'> {
  const rows = steps.map(({ cost, slowness }) => {
    const whole = slowness * secondsOn(referenceRates, { ...cost, scalarSeconds: 0 });
    return [
      cost.flops / referenceRates.flopsPerSecond / whole,
      cost.bytes / referenceRates.bytesPerSecond / whole,
      (cost.operations * referenceRates.operationSeconds) / whole,
    ];
  });
  let u = [0, 0, 0];
  let damping = 1e-3;
  let { value, gradient, hessian } = objectiveAt(u, rows);
  for (let step = 0; step < mostSteps; step++) {
    const damped = hessian.map((entry, flat) => (flat % (u.length + 1) === 0 ? entry * (1 + damping) : entry));
    const { data: down } = solvedRight(asArray([1, u.length], gradient), asArray([u.length, u.length], damped));
    const tried = u.map((entry, j) => entry - down[j]!);
    const there = objectiveAt(tried, rows);
    if (there.value <= value) {
      u = tried;
      damping /= 10;
      ({ value, gradient, hessian } = there);
    } else damping *= 10;
  }
  const [products, traffic, starts] = u.map(Math.exp) as [number, number, number];
  return {
    flopsPerSecond: referenceRates.flopsPerSecond / products,
    bytesPerSecond: referenceRates.bytesPerSecond / traffic,
    operationSeconds: referenceRates.operationSeconds * starts,
  };
}

/** The sum at u, half its gradient, and half the Hessian as Gauss and Newton have it, row by row. */
function objectiveAt(u: readonly number[], rows: readonly (readonly number[])[]) {
  const mean = u.reduce((sum, entry) => sum + entry, 0) / u.length;
  const uneven = u.map((entry) => entry - mean);
  let value = evenness * uneven.reduce((sum, entry) => sum + entry ** 2, 0);
  const gradient = uneven.map((entry) => evenness * entry);
  const hessian = u.flatMap((_, i) => u.map((_, j) => evenness * ((i === j ? 1 : 0) - 1 / u.length)));
  for (const row of rows) {
    const parts = row.map((part, j) => part * Math.exp(u[j]!));
    const estimated = parts.reduce((sum, part) => sum + part, 0);
    const error = Math.log(estimated);
    value += error ** 2;
    for (const [i, own] of parts.entries()) {
      gradient[i]! += (error * own) / estimated;
      for (const [j, other] of parts.entries()) hessian[i * u.length + j]! += (own * other) / estimated ** 2;
    }
  }
  return { value, gradient, hessian };
}

function asArray(shape: readonly number[], data: readonly number[]): NdArray {
  return { shape: [...shape], data: Float64Array.from(data) };
}
