import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { streamsOf } from '../../../harness/random.ts';
import { passes } from '../../../harness/record.ts';
import type { DenoisingEncoderConfig } from '../../../harness/spec/denoising-encoder.ts';
import { encoderChecks } from '../../../harness/tasks/denoising-encoder/checks.ts';
import { divergenceLoss, encodedBy, newEncoder, noisyFeeds } from '../../../harness/tasks/denoising-encoder/encoder.ts';
import {
  constantDivergence,
  drawNoisyPoints,
  drawPosteriors,
  expectedDivergence,
  kernelAverage,
  kernelWeights,
  measureEncoder,
} from '../../../harness/tasks/denoising-encoder/posteriors.ts';
import '../../helpers/engine.ts';

interface Fixture {
  points: number[][];
  means: number[];
  variances: number[];
  cases: { sigma: number; at: number[]; weights: number[]; mean: number; variance: number; least: number }[];
}

/** What make-fixtures.py of the tests of amortized inference finds with NumPy by descent. */
const numpy = JSON.parse(readFileSync(new URL('./fixtures/posteriors.json', import.meta.url), 'utf8')) as Fixture;
const posteriors = {
  points: numpy.points.map((point) => Float64Array.from(point)),
  means: Float64Array.from(numpy.means),
  variances: Float64Array.from(numpy.variances),
};

describe.each(numpy.cases)('at σ = $sigma', ({ sigma, at, weights, mean, variance, least }) => {
  const own = kernelWeights(posteriors, sigma, Float64Array.from(at));
  const best = kernelAverage(posteriors, own);

  it('the best encoder is what NumPy finds by descent, with unequal variances', () => {
    own.forEach((weight, index) => {
      expect(weight).toBeCloseTo(weights[index]!, 12);
    });
    expect(best.mean).toBeCloseTo(mean, 9);
    expect(best.variance).toBeCloseTo(variance, 9);
    expect(expectedDivergence(posteriors, own, best)).toBeCloseTo(least, 9);
  });

  it('any other costs more', () => {
    for (const [shift, factor] of [
      [0.01, 1],
      [-0.01, 1],
      [0, 1.02],
      [0, 0.98],
    ] as const) {
      const other = { mean: best.mean + shift, variance: best.variance * factor };
      expect(expectedDivergence(posteriors, own, other)).toBeGreaterThan(least);
    }
  });
});

describe('of equal variances', () => {
  const spec = { name: 'normal-posteriors', points: 10, dimension: 2, variance: 0.25, testExamples: 200 } as const;
  const drawn = drawPosteriors(spec, streamsOf('posteriors', 2));

  it('the best constant encoder costs Var(m)/2s²', () => {
    const mean = drawn.means.reduce((sum, m) => sum + m, 0) / 10;
    const variance = drawn.means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / 10;
    expect(constantDivergence(drawn)).toBeCloseTo(variance / (2 * 0.25), 12);
  });

  it('the least divergence rises with σ to that of a constant, and the variance stays s²', () => {
    const least = [0.05, 0.2, 0.5, 1, 5, 100].map((sigma) => {
      const noisy = drawNoisyPoints(drawn, sigma, 1500, streamsOf('noisy', 0)('test'));
      const any = Array.from({ length: noisy.count }, () => ({ mean: 0, variance: 1 }));
      return measureEncoder(drawn, sigma, noisy, any).leastDivergence;
    });
    expect([...least].sort((a, b) => a - b)).toEqual(least);
    expect(least.at(-1)! / constantDivergence(drawn)).toBeCloseTo(1, 3);
    expect(least[0]).toBeLessThan(0.05 * constantDivergence(drawn));
    const weights = kernelWeights(drawn, 1, Float64Array.of(0.3, -0.2));
    expect(kernelAverage(drawn, weights).variance).toBeCloseTo(0.25, 12);
  });

  it('weights of a point far away are those of the nearest ones, not zeros', () => {
    const weights = kernelWeights(drawn, 0.01, Float64Array.of(50, 50));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(Math.max(...weights)).toBeGreaterThan(0.9);
  });

  it('the engine’s loss is the divergence, by the definition, with the gradients of finite differences', () => {
    const config = { model: { name: 'perceptron', hidden: [5] }, dataset: spec } as unknown as DenoisingEncoderConfig;
    const encoder = newEncoder(config, streamsOf('encoder', 0));
    const noisy = drawNoisyPoints(drawn, 0.5, 12, streamsOf('noisy', 1)('test'));
    const lossNow = () =>
      encodedBy(encoder, noisy).reduce((sum, q, row) => {
        const m = drawn.means[noisy.of[row]!]!;
        return sum + 0.5 * (q.variance / 0.25 + (q.mean - m) ** 2 / 0.25 - 1 - Math.log(q.variance / 0.25));
      }, 0) / 12;
    const { value, gradients } = valueAndGradients(
      () => divergenceLoss(encoder)(noisyFeeds(noisy, drawn)).loss,
      encoder.variables,
    );
    expect(value.dataSync()[0]).toBeCloseTo(lossNow(), 5);
    const bias = encoder.biases.at(-1)!;
    const index = encoder.variables.indexOf(bias);
    const differences = [0, 1].map((entry) => {
      const moved = (by: number) => {
        const kept = bias.value.dataSync() as Float32Array;
        bias.assign(bias.value.add(entry === 0 ? [by, 0] : [0, by]));
        const loss = lossNow();
        bias.assign(bias.value.mul(0).add([...kept]));
        return loss;
      };
      return (moved(0.01) - moved(-0.01)) / 0.02;
    });
    gradients[index]!.dataSync().forEach((gradient, entry) => {
      expect(gradient).toBeCloseTo(differences[entry]!, 3);
    });
  });

  it('measures of the best encoder have no error, and pass; those of another fail', () => {
    const noisy = drawNoisyPoints(drawn, 0.5, 300, streamsOf('noisy', 2)('test'));
    const best = Array.from({ length: 300 }, (_, row) => {
      const x = Float64Array.from(noisy.x.subarray(2 * row, 2 * row + 2));
      return kernelAverage(drawn, kernelWeights(drawn, 0.5, x));
    });
    const measured = measureEncoder(drawn, 0.5, noisy, best);
    expect(measured.error).toBe(0);
    expect(measured.divergence).toBe(measured.leastDivergence);
    expect(encoderChecks(measured, 0.25, 0.5).map(passes)).toEqual([true, true, true]);
    const other = best.map(({ mean, variance }) => ({ mean: mean + 0.3, variance: 2 * variance }));
    const wrong = measureEncoder(drawn, 0.5, noisy, other);
    for (const sigma of [0.2, 0.5]) expect(encoderChecks(wrong, 0.25, sigma).map(passes)).toEqual([false, false, true]);
    const near = { ...measured, error: 0.2 };
    expect([0.2, 0.5].map((sigma) => passes(encoderChecks(near, 0.25, sigma)[0]!))).toEqual([true, false]);
    const impossible = { ...measured, divergence: measured.leastDivergence - 0.01 };
    expect(encoderChecks(impossible, 0.25, 0.5).map(passes)).toEqual([true, true, false]);
  });
});
