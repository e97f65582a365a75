import { valueAndGradients } from '../../engine/gradients.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Streams } from '../../random.ts';
import type { ExactCheck } from '../../record.ts';
import { inputNames, type NasiDetails, type SearchSpec } from '../../spec/nasi.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { backward, forward } from './float64.ts';
import type { Graph, Sizes } from './graph.ts';
import { batchFeeds, networkOf } from './network.ts';
import { exampleOf, gradientEstimates, type LabelledBatch, squaredNorm } from './scores.ts';
import { objectiveGradient, sampleNorm } from './search.ts';
import type { SampleDraw } from './searching.ts';

/** What is known of scores and searches. */

type Scored = NonNullable<NasiDetails['scored']>;

/** Float32 sums of some thousand terms. */
const engineTolerance = 1e-4;

/** The engine's gradient of the batch, of the network that is trained, is that of float64. */
export function engineCheck(graph: Graph, theta: Float64Array, batch: LabelledBatch, sizes: Sizes): ExactCheck {
  const network = networkOf(graph, theta, 0);
  const { x, count, labels } = batch;
  const { gradient } = gradientEstimates(graph, theta, batch);
  const differences = tf.tidy(() => {
    const feeds = batchFeeds({ size: count, x, labels: Int32Array.from(labels) }, sizes);
    const { gradients } = valueAndGradients(() => network.loss(feeds).loss, network.variables);
    return gradients.map((values, index) => {
      const { offset, size } = graph.weights[index]!;
      const exact = gradient.subarray(offset, offset + size);
      return squaredNorm(Float64Array.from(values.dataSync(), (value, i) => value - exact[i]!));
    });
  });
  for (const variable of network.step.variables) variable.dispose();
  const difference = differences.reduce((sum, value) => sum + value, 0);
  const norm = squaredNorm(gradient);
  return {
    name: 'distance of the engine’s gradient of the batch to that in float64, over its norm',
    expected: 0,
    measured: finiteOrNull(norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm)),
    tolerance: engineTolerance,
  };
}

/** Moves of θ over its norm, for central differences. */
const relativeStep = 1e-6;
/** Of central differences: some 1e-9, and more where a unit changes its side of zero. */
const differenceTolerance = 1e-5;

/** The Jacobian of one example, times θ, is what the outputs change by along θ. */
export function jacobianCheck(graph: Graph, theta: Float64Array, batch: LabelledBatch, streams: Streams): ExactCheck {
  const x = exampleOf(batch, 0);
  const uniform = streams('direction');
  const direction = theta.map(() => 2 * uniform() - 1);
  const step = (relativeStep * Math.sqrt(squaredNorm(theta))) / Math.sqrt(squaredNorm(direction));
  const outputsAt = (signed: number) => {
    const moved = theta.map((value, i) => value + signed * direction[i]!);
    return forward(graph, moved, x).at(-1)!;
  };
  const [ahead, behind] = [outputsAt(step), outputsAt(-step)];
  const values = forward(graph, theta, x);
  const derivative = ahead.map((_, k) => {
    const row = new Float64Array(theta.length);
    const slope = new Float64Array(ahead.length);
    slope[k] = 1;
    backward(graph, theta, values, slope, { theta: row, mixing: null });
    return row.reduce((sum, value, i) => sum + value * direction[i]!, 0);
  });
  const errors = derivative.map((value, k) => value - (ahead[k]! - behind[k]!) / (2 * step));
  return {
    name: 'distance of the Jacobian along a direction to central differences, over its norm',
    expected: 0,
    measured: finiteOrNull(relative(errors, derivative)),
    tolerance: differenceTolerance,
  };
}

/** ‖mean g‖² is at most the mean of ‖g‖², whatever is seen. */
export function convexityCheck({ scores }: Scored): ExactCheck {
  const excess = inputNames.flatMap((input) => {
    const { per_sample, minibatch } = scores[input];
    return minibatch.map((value, init) => (value === 0 ? 0 : Math.max(0, value / per_sample[init]! - 1)));
  });
  return {
    name: 'how far the minibatch’s estimate is above that of single examples, relatively',
    expected: 0,
    measured: finiteOrNull(Math.max(...excess)),
    tolerance: 1e-12,
  };
}

/** Where the mean trace over weights is known, that of the draws is near it. */
export function closedFormCheck({ closed_form: closed }: Scored): ExactCheck[] {
  if (closed === null) return [];
  return [
    {
      name: 'mean trace over draws of the weights over K·L·‖x‖²/n₀, within six standard errors',
      expected: 1,
      measured: finiteOrNull(closed.mean / closed.expected),
      tolerance: (6 * closed.standard_error) / closed.expected,
    },
  ];
}

/**
 * How far α is moved, and in how many directions: S jumps where a unit changes its side of zero, which a search's hundred
 * thousand units hardly do at so small a move in all of the directions.
 */
const alphaStep = 1e-7;
const directions = 3;

/**
 * ∂S/∂α of the first sample along directions, against central differences of S itself: the one that comes closest, as a
 * wrong derivative is far off along all of them.
 */
export function searchCheck(
  graph: Graph,
  theta: Float64Array,
  { batch, gumbel }: SampleDraw,
  { temperature }: Pick<SearchSpec, 'temperature'>,
  streams: Streams,
): ExactCheck {
  const uniform = streams('direction of α');
  // A limit above all norms leaves R = S.
  const settings = { temperature, mu: 0, limit: Number.MAX_VALUE };
  const { gradient } = objectiveGradient(graph, theta, batch, gumbel, settings);
  const errors = Array.from({ length: directions }, () => {
    const direction = Array.from(gumbel, () => 2 * uniform() - 1);
    // α enters as the draw does.
    const normAt = (signed: number) => {
      const moved = gumbel.map((value, i) => value + signed * direction[i]!);
      return sampleNorm(graph, theta, batch, moved, temperature);
    };
    const difference = (normAt(alphaStep) - normAt(-alphaStep)) / (2 * alphaStep);
    const derivative = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
    const size = Math.sqrt(squaredNorm(gradient) * squaredNorm(Float64Array.from(direction)));
    return Math.abs(size === 0 ? difference : (derivative - difference) / size);
  });
  return {
    name: 'derivative of the score along a direction of α against central differences, over both norms',
    expected: 0,
    measured: finiteOrNull(Math.min(...errors)),
    tolerance: differenceTolerance,
  };
}

function relative(errors: Float64Array, values: Float64Array): number {
  const norm = squaredNorm(values);
  return norm === 0 ? Math.sqrt(squaredNorm(errors)) : Math.sqrt(squaredNorm(errors) / norm);
}
