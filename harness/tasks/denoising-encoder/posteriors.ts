import { gaussian, type Streams, type Uniform } from '../../random.ts';
import type { PosteriorsSpec } from '../../spec/denoising-encoder.ts';

/** Points with known posteriors, and the encoder that is the best one for inputs with noise, in float64. */

export interface Posteriors {
  /** xᵢ, [points][dimension] */
  points: readonly Float64Array[];
  /** mᵢ and sᵢ² of p(z|xᵢ) = N(mᵢ, sᵢ²). */
  means: Float64Array;
  variances: Float64Array;
}

/** The points and means of a replicate: the same for every σ. */
export function drawPosteriors({ points, dimension, variance }: PosteriorsSpec, streams: Streams): Posteriors {
  const [uniform, ofMeans] = [streams('points'), streams('means')];
  return {
    points: Array.from({ length: points }, () => Float64Array.from(gaussian(dimension, 1, uniform))),
    means: Float64Array.from(gaussian(points, 1, ofMeans)),
    variances: new Float64Array(points).fill(variance),
  };
}

/** Points with noise: rows x + σξ, [count·dimension], and which point each is of. */
export interface NoisyPoints {
  count: number;
  x: Float32Array;
  of: Int32Array;
}

/** Every point is as likely. */
export function drawNoisyPoints({ points }: Posteriors, sigma: number, count: number, uniform: Uniform): NoisyPoints {
  const dimension = points[0]!.length;
  const x = new Float32Array(count * dimension);
  const of = Int32Array.from({ length: count }, (_, row) => {
    const index = Math.floor(points.length * uniform());
    const noise = gaussian(dimension, sigma, uniform);
    points[index]!.forEach((value, axis) => {
      x[row * dimension + axis] = value + noise[axis]!;
    });
    return index;
  });
  return { count, x, of };
}

/** wᵢ ∝ exp(−‖x − xᵢ‖²/2σ²): the probability that a noisy point x is of the i-th one. */
export function kernelWeights({ points }: Pick<Posteriors, 'points'>, sigma: number, x: Float64Array): Float64Array {
  const logits = Float64Array.from(points, (point) => {
    const squares = point.reduce((sum, value, axis) => sum + (value - x[axis]!) ** 2, 0);
    return -squares / (2 * sigma * sigma);
  });
  const largest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** A normal distribution of a number. */
export interface Normal {
  mean: number;
  variance: number;
}

/**
 * The best encoder at a noisy point: of an exponential family, its natural parameters are the kernel average Σwᵢηᵢ of
 * those of the posteriors. Of normal ones, 1/v = Σwᵢ/sᵢ² and μ = vΣwᵢmᵢ/sᵢ².
 */
export function kernelAverage({ means, variances }: Posteriors, weights: Float64Array): Normal {
  let [precision, weighted] = [0, 0];
  weights.forEach((weight, index) => {
    precision += weight / variances[index]!;
    weighted += (weight * means[index]!) / variances[index]!;
  });
  return { mean: weighted / precision, variance: 1 / precision };
}

/** Σwᵢ KL(q ‖ N(mᵢ, sᵢ²)), in nats: what an encoder that gives q at a noisy point costs there in expectation. */
export function expectedDivergence({ means, variances }: Posteriors, weights: Float64Array, q: Normal): number {
  return weights.reduce((sum, weight, index) => {
    const variance = variances[index]!;
    const ratio = q.variance / variance;
    const distance = (q.mean - means[index]!) ** 2 / variance;
    return sum + weight * 0.5 * (ratio + distance - 1 - Math.log(ratio));
  }, 0);
}

/** What an encoder is worth at some noisy points. */
export interface EncoderMeasure {
  /** √ of the mean square of μ(x) − μ*(x). */
  error: number;
  /** Mean of v(x). */
  variance: number;
  divergence: number;
  leastDivergence: number;
}

/** @param encoded what the encoder gives for each noisy point */
export function measureEncoder(
  posteriors: Posteriors,
  sigma: number,
  { x, count }: NoisyPoints,
  encoded: readonly Normal[],
): EncoderMeasure {
  const dimension = posteriors.points[0]!.length;
  let [squares, variance, divergence, least] = [0, 0, 0, 0];
  encoded.forEach((q, row) => {
    const own = Float64Array.from(x.subarray(row * dimension, (row + 1) * dimension));
    const weights = kernelWeights(posteriors, sigma, own);
    const best = kernelAverage(posteriors, weights);
    squares += (q.mean - best.mean) ** 2;
    variance += q.variance;
    divergence += expectedDivergence(posteriors, weights, q);
    least += expectedDivergence(posteriors, weights, best);
  });
  return {
    error: Math.sqrt(squares / count),
    variance: variance / count,
    divergence: divergence / count,
    leastDivergence: least / count,
  };
}

/** The divergence of the best encoder for σ → ∞, whose weights are equal. */
export function constantDivergence(posteriors: Posteriors): number {
  const { length } = posteriors.points;
  const equal = new Float64Array(length).fill(1 / length);
  return expectedDivergence(posteriors, equal, kernelAverage(posteriors, equal));
}
