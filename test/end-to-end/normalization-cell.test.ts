import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { idOf } from '../../harness/cell-id.ts';
import { passes } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { imageConfigOf, type NormalizationConfig, type ProductSeries } from '../../harness/spec/normalization.ts';
import type { SavedWeights } from '../../harness/weight-file.ts';
import { type RanCell, runKeeping, tinyNormalizationCells } from '../helpers/normalization-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext } from './tiny-cells.ts';

const context = { ...plainContext, resultOnly: true };

const cells = tinyNormalizationCells();
const [none, frob, norm] = ['no-factor-decay', 'frobenius-decay', 'frobenius-norms'].map((name) =>
  cellNamed(`.spectral.${name}.`, cells),
) as [PlannedCell, PlannedCell, PlannedCell];

/** 100 images in batches of 32, three epochs. */
const steps = 12;
let ran: RanCell;
let recorded: SavedWeights;
beforeAll(async () => {
  ran = await runKeeping(frob, context);
  recorded = ran.weights;
});

const traceOf = (weights: SavedWeights) => weights.get('product-norms')!;

describe('frob', () => {
  it('trains as the same cell of task image does, and keeps every norm after every step', async () => {
    const config = imageConfigOf(frob.config as NormalizationConfig);
    const image: PlannedCell = { ...frob, kind: 'image', config, id: idOf(config) };
    const alike = await runKeeping(image, context);
    expect(ran.record.measures).toEqual(alike.record.measures);
    expect(ran.record.curve.map(({ values }) => values)).toEqual(alike.record.curve.map(({ values }) => values));
    for (const [name, { values }] of alike.weights) {
      expect(recorded.get(name)!.values).toEqual(values);
    }
    const { shape, values } = traceOf(recorded);
    // Six convolutions in three blocks; the first one is dense.
    expect(shape).toEqual([steps, 6]);
    expect([...values].every((value) => value > 0)).toBe(true);
    expect(recorded.size).toBe(alike.weights.size + 2);
  });

  it('tells norms and effective learning rates by step', () => {
    const { steps: at, norms, effective_learning_rates: rates } = ran.record.details as ProductSeries;
    expect(at).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
    const { values } = traceOf(recorded);
    const own = [...values.subarray(0, 6)];
    expect(norms[0]!).toBeCloseTo(own.reduce((sum, value) => sum + value, 0) / 6, 6);
    expect(rates[0]!).toBeCloseTo(own.reduce((sum, value) => sum + 0.025 / value ** 2, 0) / 6, 9);
    // After three quarters of the steps the rate is a hundredth.
    expect(rates.at(-1)! / rates[0]!).toBeLessThan(0.02);
    expect(ran.record.curve.at(-1)!.values.frobenius_norm).toBeCloseTo(norms.at(-1)!, 4);
  });

  it('goes on from a checkpoint with the norms of the steps before', async () => {
    const checkpointDir = await temporaryFolder();
    const stop = new Error('stopped in epoch 3');
    const onProgress = ({ epoch, phase }: { epoch: number; phase: string }) => {
      if (epoch === 3 && phase === 'train') throw stop;
    };
    await expect(runCell(frob, { ...context, checkpointDir, onProgress })).rejects.toBe(stop);
    const resumed = await runKeeping(frob, { ...context, checkpointDir });
    expect(resumed.record).toMatchObject({ resumed_points: 2, result_digest: ran.record.result_digest });
    expect(traceOf(resumed.weights).values).toEqual(traceOf(recorded).values);
    expect(resumed.record.details).toEqual(ran.record.details);
  });
});

describe('norm', () => {
  let scaled: RanCell;
  beforeAll(async () => {
    scaled = await runKeeping(norm, { ...context, needed: async () => ran.needed });
  });

  it('needs frob of the same seed', () => {
    expect(norm.needs).toEqual([{ role: 'frob', id: frob.id, cell: frob.cell }]);
    expect(frob.isNeeded).toBe(true);
    expect(none.needs).toEqual([]);
    expect(scaled.record.needed_digests).toEqual([ran.record.result_digest]);
  });

  it('has the norms of frob after every step, by a check of its record', () => {
    const [last, wanted, ...others] = scaled.record.checks;
    expect(others).toEqual([]);
    expect(wanted!.name).toContain('against those of frob');
    expect([last, wanted].every((check) => passes(check!))).toBe(true);
    const [series, of] = [scaled.record.details, ran.record.details] as [ProductSeries, ProductSeries];
    series.norms.forEach((value, i) => void expect(value! / of.norms[i]!).toBeCloseTo(1, 6));
    expect(scaled.record.measures).not.toEqual([]);
  });

  it('has other weights than frob, and other norms than without them', async () => {
    const free = await runCell(none, context);
    const [own, others] = [scaled.record.details, free.details] as [ProductSeries, ProductSeries];
    expect(scaled.record.initial_weights_digest).toBe(free.initial_weights_digest);
    expect(Math.abs(others.norms.at(-1)! / own.norms.at(-1)! - 1)).toBeGreaterThan(1e-5);
    expect(free.checks.every(passes)).toBe(true);
    const kept = scaled.weights;
    const name = [...kept.keys()].find((one) => one.endsWith('.u'))!;
    expect(kept.get(name)!.values).not.toEqual(recorded.get(name)!.values);
    // Only frob keeps norms with its weights.
    expect(kept.has('product-norms')).toBe(false);
  });

  it('goes on from a checkpoint to the same result', async () => {
    const checkpointDir = await temporaryFolder();
    const stop = new Error('stopped in epoch 2');
    const needed = async () => ran.needed;
    const onProgress = ({ epoch, phase }: { epoch: number; phase: string }) => {
      if (epoch === 2 && phase === 'train') throw stop;
    };
    await expect(runCell(norm, { ...context, needed, checkpointDir, onProgress })).rejects.toBe(stop);
    const resumed = await runCell(norm, { ...context, needed, checkpointDir });
    expect(resumed).toMatchObject({ resumed_points: 1, result_digest: scaled.record.result_digest });
  });

  it('is refused a trace of another length', async () => {
    const short = new Map([...recorded, ['product-norms', { shape: [2, 6], values: new Float32Array(12) }]] as const);
    const needed = async () => new Map([['frob', { record: ran.record, weights: async () => short }]]);
    await expect(runCell(norm, { ...context, needed })).rejects.toThrow('expected [12,6] numbers, found [2,6]');
  });
});

it('trains networks without factors as task image does', async () => {
  const dense = cellNamed('dense.default.weight-decay', cells);
  const record = await runCell(dense, context);
  const config = imageConfigOf(dense.config as NormalizationConfig);
  const alike = await runCell({ ...dense, kind: 'image', config, id: idOf(config) }, context);
  expect(record).toMatchObject({ weights_digest: alike.weights_digest, checks: [], details: null });
});
