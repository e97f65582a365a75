import { describe, expect, it } from 'vitest';
import type { Bits } from '../../../harness/data/binary/binary-dataset.ts';
import { streamsOf } from '../../../harness/random.ts';
import { passes } from '../../../harness/record.ts';
import { estimateBatches, noisyBatch, trainingBatches } from '../../../harness/tasks/amortized-inference/batches.ts';
import { amortizedChecks, largestNorm } from '../../../harness/tasks/amortized-inference/checks.ts';
import { boundsOf, estimatePart, estimating } from '../../../harness/tasks/amortized-inference/estimate.ts';
import {
  columnNorms,
  logJoint,
  referenceBounds,
  referenceOf,
} from '../../../harness/tasks/amortized-inference/reference.ts';
import { numpy, numpyFeeds, numpyObjectives, numpyRows, smallAutoencoder } from '../../helpers/small-autoencoder.ts';

const bits: Bits = { count: numpyRows, pixels: numpy.pixels, values: Uint8Array.from(numpy.x) };
const nothing = async () => {};

describe('the importance bound', () => {
  it('comes to ln p(x) as NumPy sums it over a grid of z', async () => {
    const estimator = estimating(smallAutoencoder());
    const asked = { examples: bits, count: numpyRows, samples: 4000, latent: numpy.latent, part: 'test' };
    const { log_likelihood, elbo, examples } = await estimatePart(estimator, asked, nothing);
    const exact = numpy.logLikelihoods.reduce((sum, value) => sum + value, 0) / numpyRows;
    expect(examples).toBe(numpyRows);
    expect(Math.abs(log_likelihood - exact)).toBeLessThan(0.05);
    expect(elbo).toBeLessThan(exact - 0.5);
    estimator.dispose();
  });

  it('is that of float64, as is the ELBO, and no sampled ELBO is above it', () => {
    const model = smallAutoencoder();
    const network = referenceOf(model, null);
    const { bound, elbo, sampledElbo } = boundsOf(model, numpyFeeds(numpyObjectives['importance-weighted']));
    for (let row = 0; row < numpyRows; row++) {
      const noise = Array.from({ length: numpy.samples }, (_, sample) => {
        const from = (sample * numpyRows + row) * numpy.latent;
        return Float64Array.from(numpy.noise.slice(from, from + numpy.latent));
      });
      const exact = referenceBounds(network, numpy.x.slice(row * numpy.pixels, (row + 1) * numpy.pixels), noise);
      expect(bound.dataSync()[row]).toBeCloseTo(exact.bound, 5);
      expect(elbo.dataSync()[row]).toBeCloseTo(exact.elbo, 5);
      expect(sampledElbo.dataSync()[row]!).toBeLessThan(exact.bound);
    }
    const mean = (bound.dataSync() as Float32Array).reduce((sum, value) => sum + value, 0) / numpyRows;
    expect(mean).toBeCloseTo(numpy.values['importance-weighted'], 5);
  });

  it('is a mean over the first examples, whose last batch is filled up', async () => {
    const seen: number[] = [];
    const values = ({ size }: { size: number }) => {
      seen.push(size);
      // Of a batch of two the second counts, unless it was only to fill it up.
      const bound = Float32Array.of(-seen.length, -10);
      return { bound, elbo: bound, sampledElbo: bound };
    };
    const asked = { examples: bits, count: 3, samples: 8000, latent: 1, part: 'test' };
    const { log_likelihood, standard_error, examples } = await estimatePart({ values }, asked, nothing);
    expect(seen).toEqual([2, 2]);
    expect(examples).toBe(3);
    expect(log_likelihood).toBeCloseTo((-1 - 10 - 2) / 3, 12);
    expect(standard_error).toBeCloseTo(Math.sqrt(((10 / 3) ** 2 + (17 / 3) ** 2 + (7 / 3) ** 2) / 2 / 3), 12);
  });
});

describe('ln p(x, z)', () => {
  it('is the hand-computed one of a decoder of one pixel', () => {
    const layer = { weight: [Float64Array.of(2)], bias: Float64Array.of(-1) };
    const network = { encoder: [], decoder: [layer], latent: 1 };
    const prior = -0.5 * (Math.log(2 * Math.PI) + 0.25);
    // The logit is 2·0.5 − 1 = 0.
    expect(logJoint(network, [1], Float64Array.of(0.5))).toBeCloseTo(Math.log(0.5) + prior, 12);
    expect(logJoint(network, [0], Float64Array.of(0.5))).toBeCloseTo(Math.log(0.5) + prior, 12);
    const far = logJoint(network, [0], Float64Array.of(-400.5));
    expect(far).toBeCloseTo(-0.5 * (Math.log(2 * Math.PI) + 400.5 ** 2), 6);
  });
});

describe('checks', () => {
  const checked = (bound: number | null, held = bound) => {
    const model = smallAutoencoder(held);
    const estimator = estimating(model);
    const checks = amortizedChecks({ estimator, reference: referenceOf(model, held), test: bits, bound });
    estimator.dispose();
    return checks;
  };

  it('pass of a network as it is, and of a bounded one', () => {
    expect(checked(null).map(passes)).toEqual([true, true, true]);
    expect(checked(0.8).map(passes)).toEqual([true, true, true, true]);
  });

  it('fail where the engine computes something else, or a column is too long', () => {
    const estimator = estimating(smallAutoencoder(0.8));
    const wrong = amortizedChecks({
      estimator,
      reference: referenceOf(smallAutoencoder(), null),
      test: bits,
      bound: 0.8,
    });
    expect(wrong.map(passes)).toEqual([false, false, true, false]);
    estimator.dispose();
  });

  it('find column norms', () => {
    expect(columnNorms([Float64Array.of(3, 0), Float64Array.of(4, -2)])).toEqual([5, 2]);
    const plain = largestNorm(referenceOf(smallAutoencoder(), null));
    expect(plain).toBeGreaterThan(0.8);
    expect(largestNorm(referenceOf(smallAutoencoder(), 0.8))).toBeCloseTo(0.8 * Math.tanh(plain / 0.8), 6);
  });
});

describe('batches', () => {
  const examples: Bits = { count: 5, pixels: 2, values: Uint8Array.of(0, 0, 0, 1, 1, 0, 1, 1, 0, 1) };

  it('go through all examples that fill a batch, then again in a new order', () => {
    const draws = {
      examples,
      objective: { name: 'vae' } as const,
      latent: 3,
      batchSize: 2,
      streams: streamsOf('b', 0),
    };
    const batches = trainingBatches(draws, 0);
    const rows = Array.from({ length: 4 }, () => [...(batches.next().value.parts.rows as Uint32Array)]);
    for (const [left, right] of [rows.slice(0, 2), rows.slice(2)]) expect(new Set([...left!, ...right!]).size).toBe(4);
    expect(rows.slice(0, 2)).not.toEqual(rows.slice(2));
    const again = trainingBatches(draws, 0).next().value;
    expect([...(again.parts.rows as Uint32Array)]).toEqual(rows[0]);
    expect([...(trainingBatches(draws, 1).next().value.parts.rows as Uint32Array)]).not.toEqual(rows[0]);
  });

  it('have the examples’ bits, noise of the right size, and x + σξ where there is σ', () => {
    const rows = Uint32Array.of(3, 1);
    const plain = noisyBatch(examples, rows, { draws: 3, sigma: null, latent: 4, seed: 1 });
    expect([...plain.x]).toEqual([1, 1, 0, 1]);
    expect(plain.noise).toHaveLength(3 * 2 * 4);
    expect(plain.shifted).toBeUndefined();
    const [one, two] = [0.5, 1].map((sigma) => noisyBatch(examples, rows, { draws: 3, sigma, latent: 4, seed: 1 }));
    expect(one!.noise).toEqual(plain.noise);
    one!.shifted!.forEach((value, index) => {
      expect(two!.shifted![index]! - plain.x[index]!).toBeCloseTo(2 * (value - plain.x[index]!), 5);
    });
    expect(noisyBatch(examples, rows, { draws: 3, sigma: null, latent: 4, seed: 2 }).noise).not.toEqual(plain.noise);
  });

  it('have noise of mean 0 and variance 1', () => {
    const { noise } = noisyBatch(examples, Uint32Array.of(0), { draws: 20_000, sigma: null, latent: 1, seed: 3 });
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(noise.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / noise.length));
  });

  it('of estimates are equal for every cell, and of one shape', () => {
    const asked = { count: 5, samples: 6000, latent: 1, part: 'test' };
    const drawn = [...estimateBatches(examples, asked)];
    expect(drawn.map(({ parts }) => [...(parts.rows as Uint32Array)])).toEqual([
      [0, 1],
      [2, 3],
      [4, 4],
    ]);
    expect(new Set(drawn.map(({ shape }) => shape))).toEqual(new Set(['2x6000']));
    expect([...estimateBatches(examples, asked)].map(({ parts }) => parts)).toEqual(drawn.map(({ parts }) => parts));
  });
});
