import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { type FinishedRecord, passes } from '../../harness/record.ts';
import { inputNames, type NasiDetails } from '../../harness/spec/nasi.ts';
import { tinyNasiSuite } from '../helpers/nasi-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext } from './tiny-cells.ts';

/** Real cells of search at initialization, on a few examples. */

const cells = planCells(tinyNasiSuite(), 'smoke', { present: [] });
const context = { ...plainContext, resultOnly: true };
const records = new Map<string, FinishedRecord>();

beforeAll(async () => {
  for (const cell of cells) records.set(cell.cell, await runCell(cell, context));
});

const recordOf = (part: string) => records.get(cellNamed(part, cells).cell)!;
const detailsOf = (part: string) => recordOf(part).details as NasiDetails;

describe('every cell', () => {
  it('completes, and passes its checks of exactness', () => {
    expect(cells.length).toBe(12);
    for (const { cell, status, checks } of records.values()) {
      const failing = checks.filter((check) => !passes(check));
      expect([cell, status, failing]).toEqual([cell, 'completed', []]);
      expect(checks.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('has the accuracy and the held-out accuracy of its last epoch', () => {
    for (const { measures, details, curve, train_examples, validation_examples, test_examples } of records.values()) {
      const { test_accuracy, validation_accuracy } = curve.at(-1)!.values;
      expect([curve.length, measures[0]!.value]).toEqual([3, test_accuracy]);
      expect((details as NasiDetails).validation_accuracy).toBe(validation_accuracy);
      expect([train_examples, validation_examples, test_examples]).toEqual([48, 20, 30]);
    }
  });
});

describe('a given architecture', () => {
  it('is scored by every estimator, on true and random labels and on random data', () => {
    const { scored, searched, architecture, macs } = detailsOf('architecture.3s1-4');
    expect([searched, architecture]).toEqual([null, '3s1-4']);
    expect(macs).toBeGreaterThan(0);
    for (const input of inputNames) {
      const { exact, per_sample, minibatch } = scored!.scores[input];
      expect([exact, per_sample, minibatch].map(({ length }) => length)).toEqual([2, 2, 2]);
      exact.forEach((value, init) => {
        expect(value).toBeGreaterThan(per_sample[init]!);
        expect(per_sample[init]).toBeGreaterThan(minibatch[init]!);
      });
    }
    const { true: seen, 'random-labels': labels, 'random-data': data } = scored!.scores;
    expect(labels.exact).toEqual(seen.exact);
    expect(labels.minibatch).not.toEqual(seen.minibatch);
    expect(data.exact).not.toEqual(seen.exact);
  });

  it('is held to the mean trace only where that is known', () => {
    const { closed_form: closed } = detailsOf('architecture.rlr-6').scored!;
    // Three outputs, four weights, entries of mean square 1.
    expect(closed!.expected).toBeCloseTo(12, 5);
    expect(closed!.draws).toBe(64);
    expect(recordOf('architecture.rlr-6').checks).toHaveLength(4);
    expect(detailsOf('architecture.rst-4').scored!.closed_form).toBeNull();
    expect(detailsOf('architecture.3s1-4').scored!.closed_form).toBeNull();
  });

  it('learns', () => {
    const losses = recordOf('architecture.rlr-6').curve.map(({ values }) => values.train_loss!);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it('goes on from a checkpoint to the same result', async () => {
    const cell = cellNamed('architecture.3s1-4', cells);
    const checkpointDir = await temporaryFolder();
    const stop = new Error('stopped');
    const onProgress = ({ phase, epoch }: { phase: string; epoch: number }) => {
      if (phase === 'train' && epoch === 3) throw stop;
    };
    await expect(runCell(cell, { ...context, checkpointDir, onProgress })).rejects.toBe(stop);
    const resumed = await runCell(cell, { ...context, checkpointDir });
    expect(resumed).toMatchObject({ resumed_points: 2, result_digest: recordOf('architecture.3s1-4').result_digest });
    expect(resumed.details).toMatchObject({ scored: { scores: detailsOf('architecture.3s1-4').scored!.scores } });
  });
});

describe('a search', () => {
  it('chooses an architecture by the row of α, never none, and trains it', () => {
    for (const { cell, factors, details } of records.values()) {
      if (factors[0]!.value === 'architecture') continue;
      const { searched, architecture, scored, width } = details as NasiDetails;
      expect([cell, scored, width]).toEqual([cell, null, 4]);
      expect(architecture).toMatch(/^([rtls]{3}|[s13p]{3})-4$/);
      const letters = searched!.alpha[0]!.length === 4 ? 'rtls' : 'ns13p';
      const chosen = searched!.alpha.map((row) => {
        const most = Math.max(...row.filter((_, i) => letters[i] !== 'n'));
        return letters[row.findIndex((value, i) => value === most && letters[i] !== 'n')];
      });
      expect(architecture).toBe(`${chosen.join('')}-4`);
      // A row is orthogonal to the step that changes no weight of an operation.
      for (const row of searched!.alpha) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
    }
  });

  it('sees other samples on other data, and another ν where that adapts', () => {
    const norms = inputNames.map((input) => detailsOf(`nasi-fix.${input}.mlp`).searched!.norms.join());
    expect(new Set(norms).size).toBe(3);
    const [fixed, adapted] = ['nasi-fix', 'nasi-ada'].map((method) => detailsOf(`${method}.true.mlp`).searched!);
    expect(adapted!.norms).toEqual(fixed!.norms);
    expect(new Set(fixed!.limits)).toEqual(new Set([0.02]));
    expect(adapted!.limits[2]).toBeCloseTo((adapted!.norms[0]! + adapted!.norms[1]!) / 2, 12);
  });

  it('comes to the same choice again', async () => {
    const again = await runCell(cellNamed('nasi-fix.true.conv-cell', cells), context);
    expect(again.result_digest).toBe(recordOf('nasi-fix.true.conv-cell').result_digest);
  });
});
