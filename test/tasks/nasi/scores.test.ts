import { describe, expect, it } from 'vitest';
import { streamsOf } from '../../../harness/random.ts';
import { passes } from '../../../harness/record.ts';
import { engineCheck, jacobianCheck } from '../../../harness/tasks/nasi/checks.ts';
import { forward } from '../../../harness/tasks/nasi/float64.ts';
import { type Graph, graphOf, supernetOf } from '../../../harness/tasks/nasi/graph.ts';
import { drawTheta } from '../../../harness/tasks/nasi/network.ts';
import {
  addLossGradient,
  exactTrace,
  firstOf,
  gradientEstimates,
  type LabelledBatch,
  normByLayer,
} from '../../../harness/tasks/nasi/scores.ts';
import { expectClose } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { randomValues, values } from '../../helpers/reference.ts';
import { batchOf, scores, searches, thetaOf } from './small-networks.ts';

describe.each(scores)('of $space.name $choices', (given) => {
  const graph = graphOf(given.space, given.choices, given.width, given.sizes);
  const theta = thetaOf(graph, given);
  const batch = batchOf(given);

  it('the exact trace and both estimates by gradients are those of NumPy', () => {
    expect(exactTrace(graph, theta, batch) / given.exact).toBeCloseTo(1, 12);
    const { per_sample, minibatch, gradient } = gradientEstimates(graph, theta, batch);
    expect(per_sample / given.per_sample).toBeCloseTo(1, 12);
    expect(minibatch / given.minibatch).toBeCloseTo(1, 12);
    expectClose(values([theta.length], gradient), values([theta.length], given.gradient), 1e-12);
  });

  it('the engine’s network has the same gradient, and another network has not', () => {
    const whole = { ...batch, x: Float32Array.from(batch.x) };
    const check = engineCheck(graph, theta, whole, given.sizes);
    expect([passes(check), check.measured! < 1e-5]).toEqual([true, true]);
    const other = { ...whole, x: whole.x.map((value) => 1.01 * value) };
    const { gradient } = gradientEstimates(graph, theta, other);
    const own = gradientEstimates(graph, theta, whole).gradient;
    expect(Math.max(...gradient.map((value, i) => Math.abs(value - own[i]!)))).toBeGreaterThan(1e-4);
  });

  it('the Jacobian passes the check that its record has', () => {
    expect(passes(jacobianCheck(graph, theta, batch, streamsOf('test', 0)))).toBe(true);
  });
});

const vector = (side: number, channels: number, outputs: number) => ({ side, channels, outputs });
const normalBatch = (name: string, count: number, size: number): LabelledBatch => ({
  count,
  x: Float32Array.from(randomValues(name, [count * size]).data),
  labels: Array.from({ length: count }, (_, n) => n % 3),
});

/** W of a layer, [in][out] over √in. */
function scaledWeight({ weights }: Graph, theta: Float64Array, layer: number): number[][] {
  const { shape, offset } = weights[layer]!;
  const [, , inputs, outputs] = shape;
  return Array.from({ length: inputs }, (_, i) =>
    Array.from({ length: outputs }, (_unused, o) => theta[offset + i * outputs + o]! / Math.sqrt(inputs)),
  );
}
const times = (x: readonly number[], w: readonly number[][]) =>
  w[0]!.map((_, o) => x.reduce((sum, value, i) => sum + value * w[i]![o]!, 0));
const square = (x: readonly number[]) => x.reduce((sum, value) => sum + value * value, 0);

describe('closed forms of one draw', () => {
  const [d, n, k] = [5, 7, 3];
  const batch = normalBatch('x', 4, d);
  const meanOf = (of: (x: number[]) => number) =>
    Array.from({ length: 4 }, (_, b) => of(Array.from(batch.x.subarray(b * d, (b + 1) * d)))).reduce((a, b) => a + b) /
    4;

  it('one hidden ReLU layer: K‖φ‖²/n + Σₖᵢ aₖᵢ² φ′ᵢ² ‖x‖²/(nd)', () => {
    const graph = graphOf({ name: 'mlp', layers: 1 }, 'r', n, vector(1, d, k));
    const theta = drawTheta(graph, 0, streamsOf('closed form', 0));
    const [w, a] = [0, 1].map((layer) => scaledWeight(graph, theta, layer)) as [number[][], number[][]];
    const expected = meanOf((x) => {
      const h = times(x, w);
      const features = h.map((value) => Math.SQRT2 * Math.max(0, value));
      const slopes = h.map((value, i) => (value > 0 ? 2 * square(a[i]!) : 0));
      return (k * square(features)) / n + (slopes.reduce((sum, value) => sum + value, 0) * square(x)) / d;
    });
    expect(exactTrace(graph, theta, batch)).toBeCloseTo(expected, 10);
  });

  it('linear layers: the products of the matrices before and behind each', () => {
    const graph = graphOf({ name: 'mlp', layers: 2 }, 'll', n, vector(1, d, k));
    const theta = drawTheta(graph, 0, streamsOf('closed form', 1));
    const [first, second, third] = [0, 1, 2].map((layer) => scaledWeight(graph, theta, layer)) as number[][][];
    const behind = second!.map((row) => times(row, third!));
    const norm = (matrix: readonly number[][]) => matrix.reduce((sum, row) => sum + square(row), 0);
    const expected = meanOf((x) => {
      const h = times(x, first!);
      return (norm(behind) * square(x)) / d + (norm(third!) * square(h)) / n + (k * square(times(h, second!))) / n;
    });
    expect(exactTrace(graph, theta, batch)).toBeCloseTo(expected, 10);
  });
});

it.each([
  ['rr', 8],
  ['rlr', 16],
])('the mean over weights of %s at width %i is K·L·‖x‖²/n₀', (choices, width) => {
  const [d, k, draws] = [6, 2, 600];
  const graph = graphOf({ name: 'mlp', layers: choices.length }, choices, width, vector(1, d, k));
  const batch = firstOf(normalBatch('mean', 1, d), 1);
  const traces = Array.from({ length: draws }, (_, draw) =>
    exactTrace(graph, drawTheta(graph, draw, streamsOf('mean trace', 0)), batch),
  );
  const mean = traces.reduce((sum, value) => sum + value, 0) / draws;
  const deviation = Math.sqrt(traces.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
  const expected = (k * (choices.length + 1) * square(Array.from(batch.x))) / d;
  expect(Math.abs(mean - expected)).toBeLessThan((4 * deviation) / Math.sqrt(draws));
  expect(deviation / Math.sqrt(draws) / expected).toBeLessThan(0.06);
});

it.each(searches)('the loss of a $space.name of mixed operations has the gradients of finite differences', (given) => {
  const graph = supernetOf(given.space, given.width, given.sizes);
  const theta = thetaOf(graph, given);
  const batch = batchOf(given.samples[0]!);
  const mixing = Float64Array.from({ length: given.alpha.length }, (_, i) => 0.1 + (i % 4) / 5);
  const sums = { theta: new Float64Array(theta.length), mixing: new Float64Array(mixing.length) };
  addLossGradient(graph, theta, batch, 1, sums, mixing);
  const none = () => ({ theta: new Float64Array(theta.length), mixing: null });
  expectClose(
    values([theta.length], sums.theta),
    finiteDifferences(
      ({ data }) => addLossGradient(graph, data, batch, 1, none(), mixing),
      values([theta.length], theta),
    ),
    1e-6,
  );
  expectClose(
    values([mixing.length], sums.mixing),
    finiteDifferences(
      ({ data }) => addLossGradient(graph, theta, batch, 1, none(), data),
      values([mixing.length], mixing),
    ),
    1e-6,
  );
});

it('a norm by layer is the sum of the weights’ norms', () => {
  const graph = graphOf({ name: 'mlp', layers: 1 }, 'r', 2, vector(1, 1, 1));
  expect(normByLayer(graph, Float64Array.of(3, 4, 5, 12))).toBeCloseTo(18, 12);
});

it('what mixes operations cannot be computed without their weights', () => {
  const graph = supernetOf({ name: 'mlp', layers: 1 }, 2, vector(1, 2, 2));
  const theta = drawTheta(graph, 0, streamsOf('test', 0));
  expect(() => forward(graph, theta, [1, 2])).toThrow('needs their weights');
});
