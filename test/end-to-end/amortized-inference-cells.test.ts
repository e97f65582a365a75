import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { type FinishedRecord, passes } from '../../harness/record.ts';
import type { AmortizedDetails } from '../../harness/spec/amortized-inference.ts';
import type { DenoisingEncoderDetails } from '../../harness/spec/denoising-encoder.ts';
import { tinyAmortizedCells } from '../helpers/amortized-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext } from './tiny-cells.ts';

/** Real cells of amortized inference, of a few examples and units. */

const context = { ...plainContext, resultOnly: true };
const cells = tinyAmortizedCells();
const amortized = cells.filter(({ kind }) => kind === 'amortized-inference');
const records = new Map<string, FinishedRecord>();

beforeAll(async () => {
  for (const cell of cells) records.set(cell.cell, await runCell(cell, context));
});

const recordOf = (part: string) => records.get(cellNamed(part, cells).cell)!;
const detailsOf = (part: string) => recordOf(part).details as NonNullable<AmortizedDetails>;

describe('every cell of an autoencoder', () => {
  it('completes, and passes its checks of exactness', () => {
    expect(amortized).toHaveLength(8);
    for (const { cell } of amortized) {
      const { status, checks } = records.get(cell)!;
      expect([cell, status, checks.filter((check) => !passes(check))]).toEqual([cell, 'completed', []]);
      expect(checks.length).toBe(cell.includes('weight-bound') ? 4 : 3);
    }
  });

  it('has a measure of each metric, from what both ways to stop leave', () => {
    for (const { cell } of amortized) {
      const { measures, details, curve } = records.get(cell)!;
      const { fixed, early } = details as NonNullable<AmortizedDetails>;
      const expected = {
        log_likelihood: fixed.test.log_likelihood,
        stopped_log_likelihood: early.test.log_likelihood,
        elbo: fixed.test.elbo,
        inference_gap: fixed.test.log_likelihood - fixed.test.elbo,
        generation_gap: fixed.train.log_likelihood - fixed.test.log_likelihood,
      };
      expect(Object.fromEntries(measures.map(({ metric, value }) => [metric, value]))).toEqual(expected);
      expect([fixed.step, fixed.train.examples, fixed.test.examples]).toEqual([30, 15, 12]);
      const best = Math.max(...curve.map(({ values }) => values.validation_log_likelihood!));
      const chosen = curve.find(({ values }) => values.validation_log_likelihood === best)!;
      expect(early.step).toBe(chosen.at);
      if (chosen.at === 30) expect(early).toEqual(fixed);
    }
  });

  it('learns', () => {
    for (const { cell } of amortized) {
      const { curve } = records.get(cell)!;
      const [first, last] = [curve[0]!, curve.at(-1)!].map(({ values }) => values.train_loss!);
      expect(last!).toBeLessThan(first! - 0.05);
    }
  });
});

describe('encoders', () => {
  it('are bounded, smaller, or as the dense one is', () => {
    expect(detailsOf('weight-bound-0.5').largest_column_norm).toBeLessThanOrEqual(0.5);
    const dense = detailsOf('dense.default.none.vae');
    // 16·12 + 12 + 12·10 + 10 + 10·6 + 6
    expect([dense.encoder_parameters, dense.dense_encoder_parameters]).toEqual([400, 400]);
    for (const part of ['low-rank-0.25.default.none', 'low-rank-0.25.spectral.frobenius-decay', 'narrow-0.25']) {
      const { encoder_parameters, dense_encoder_parameters } = detailsOf(part);
      expect(dense_encoder_parameters).toBe(400);
      expect(encoder_parameters).toBeLessThan(260);
    }
  });

  it('of one seed begin with the same weights, whatever the objective', () => {
    const [one, two] = ['dense.default.none.vae', 'dense.default.none.denoising-0.6'].map(recordOf);
    expect(one!.initial_weights_digest).toEqual(expect.any(String));
    expect(one!.initial_weights_digest).toBe(two!.initial_weights_digest);
    expect(one!.weights_digest).not.toBe(two!.weights_digest);
  });
});

it('goes on from a checkpoint to the same result, with the weights that validation chose', async () => {
  const cell = cellNamed('dense.default.none.mixed-0.6', cells);
  const checkpointDir = await temporaryFolder();
  const stop = new Error('stopped');
  const onProgress = ({ epoch, phase }: { epoch: number; phase: string }) => {
    if (epoch === 3 && phase === 'train') throw stop;
  };
  await expect(runCell(cell, { ...context, checkpointDir, onProgress })).rejects.toBe(stop);
  const resumed = await runCell(cell, { ...context, checkpointDir });
  const { result_digest, details } = recordOf('dense.default.none.mixed-0.6');
  expect(resumed).toMatchObject({ resumed_points: 2, result_digest });
  expect(resumed.details).toEqual(details);
});

describe('the denoising encoder', () => {
  it('tells its error and divergence, which no encoder has below the kernel average’s', () => {
    const { measures, details, checks, status } = recordOf('perceptron-1');
    const told = details as NonNullable<DenoisingEncoderDetails>;
    expect(status).toBe('completed');
    expect(measures.map(({ value }) => value)).toEqual([told.error, told.divergence]);
    expect(told.divergence).toBeGreaterThan(told.least_divergence);
    expect(told.constant_divergence).toBeGreaterThan(told.least_divergence);
    // A few steps bring it nowhere near: the check says so.
    expect(checks.map(passes)).toEqual([false, false, true]);
  });

  it('finds the best encoder where it is trained to the end', async () => {
    const cell = cellNamed('perceptron-1', cells);
    const config = {
      ...cell.config,
      model: { name: 'perceptron', hidden: [32] },
      training: { steps: 1500, batchSize: 50, learningRate: 0.01 },
    };
    const { checks } = await runCell({ ...cell, config } as typeof cell, context);
    expect(checks.filter((check) => !passes(check))).toEqual([]);
  });
});
