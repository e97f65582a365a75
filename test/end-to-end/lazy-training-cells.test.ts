import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { type FinishedRecord, passes } from '../../harness/record.ts';
import type { LazyTrainingDetails } from '../../harness/spec/lazy-training.ts';
import { tinyLazySuite } from '../helpers/lazy-training-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext } from './tiny-cells.ts';

/** Real cells of lazy training, in 16 dimensions. */

const cells = planCells(tinyLazySuite(), 'smoke', { present: [] });
const context = { ...plainContext, resultOnly: true };
const records = new Map<string, FinishedRecord>();

beforeAll(async () => {
  for (const cell of cells) records.set(cell.cell, await runCell(cell, context));
});

const recordOf = (part: string) => records.get(cellNamed(part, cells).cell)!;
const detailsOf = (part: string) => recordOf(part).details as LazyTrainingDetails;

describe('every cell', () => {
  it('completes, and passes its checks of exactness', () => {
    expect(cells.length).toBe(18);
    for (const { cell, status, checks } of records.values()) {
      const failing = checks.filter((check) => !passes(check));
      expect([cell, status, failing]).toEqual([cell, 'completed', []]);
      expect(checks.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('has the same target and features as others of its seed, and so the same least risk', () => {
    const fits = ['closed-form', 'gradient-descent', 'adam'];
    const optima = fits.map((fit) => detailsOf(`neural-tangent-0.5.${fit}.quadratic`).optimum);
    expect(new Set(optima).size).toBe(1);
    expect(detailsOf('random-features-0.5.closed-form.quadratic').constant_risk).toBe(
      detailsOf('neural-network-0.5.closed-form.quadratic').constant_risk,
    );
  });

  it('tells what is trained', () => {
    const trained = (regime: string) => detailsOf(`${regime}-0.5.closed-form.mixture`).trained_parameters;
    expect(['random-features', 'neural-tangent', 'neural-network'].map(trained)).toEqual([9, 129, 129]);
    expect(detailsOf('neural-tangent-0.5.closed-form.quadratic').mean_optimum).toBeGreaterThan(0);
    expect(detailsOf('neural-tangent-0.5.closed-form.mixture').mean_optimum).toBeNull();
  });
});

describe('a cell in closed form', () => {
  it('has neither weights nor a curve, and comes to the same result again', async () => {
    const cell = cellNamed('neural-tangent-0.5.closed-form.mixture', cells);
    const record = recordOf('neural-tangent-0.5.closed-form.mixture');
    expect(record).toMatchObject({ weights_digest: null, parameters: null, curve: [], train_loss: null });
    expect((await runCell(cell, context)).result_digest).toBe(record.result_digest);
  });
});

describe('gradient descent', () => {
  it('falls from the first risk to the least one', () => {
    const { curve, measures } = recordOf('neural-network-0.5.gradient-descent.quadratic');
    const risks = curve.map(({ values }) => values.relative_risk!);
    expect(risks[0]).toBeGreaterThan(risks.at(-1)! + 0.01);
    expect(measures[0]!.value).toBeCloseTo(risks.at(-1)!, 12);
    expect(curve.at(-1)!.at).toBeLessThanOrEqual(1500);
  });
});

describe('Adam', () => {
  const part = 'neural-network-0.5.adam.quadratic';
  const adam = cellNamed(part, cells);

  it('learns, and knows its exact risk at every point', () => {
    const { curve, parameters, weights_digest } = recordOf(part);
    expect(curve).toHaveLength(10);
    const risks = curve.map(({ values }) => values.relative_risk!);
    expect(risks.at(-1)).toBeLessThan(0.9 * risks[0]!);
    expect(recordOf(part).measures[0]!.value).toBe(risks.at(-1));
    expect([parameters, weights_digest]).toEqual([129, expect.any(String)]);
    expect(curve.at(-1)!.values.learning_rate).toBeCloseTo(0.0004, 9);
  });

  it('goes on from a checkpoint to the same result', async () => {
    const checkpointDir = await temporaryFolder();
    const stop = new Error('stopped');
    const onProgress = ({ epoch }: { epoch: number }) => {
      if (epoch === 3) throw stop;
    };
    await expect(runCell(adam, { ...context, checkpointDir, onProgress })).rejects.toBe(stop);
    const resumed = await runCell(adam, { ...context, checkpointDir });
    expect(resumed).toMatchObject({ resumed_points: 2, result_digest: recordOf(part).result_digest });
  });
});
