import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { methods } from '../../harness/methods/registry.ts';
import type { CompletedRecord } from '../../harness/record.ts';
import { estimatedOn, referenceRates, secondsOn } from '../../harness/spec/cost.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { median } from '../../harness/statistics/moments.ts';
import { kindOf } from '../../harness/tasks/registry.ts';

it('adds the time of each part', () => {
  const rates = { flopsPerSecond: 10, bytesPerSecond: 4, operationSeconds: 0.5, scalarSpeed: 2 };
  const cost = { flops: 30, bytes: 8, operations: 6, scalarSeconds: 10, memoryBytes: 0 };
  // 3 + 2 + 3 + 5.
  expect(secondsOn(rates, cost)).toBe(13);
  expect(estimatedOn(rates, [{ cost, estimatedSeconds: 1 }])).toEqual([{ cost, estimatedSeconds: 13 }]);
});

async function storedCells(suite: string, profile: string) {
  const file = new URL(`../../baselines/${suite}.${profile}.json`, import.meta.url);
  const { cells } = JSON.parse(await readFile(file, 'utf8')) as { cells: (CompletedRecord & { kind: string })[] };
  return cells.map((cell) => {
    const usesMethods = wordsOfKind(cell.kind).usesMethods;
    const method = usesMethods ? (methods.find(({ name }) => name === cell.config.method) ?? null) : null;
    return { cell, cost: kindOf(cell.kind).outline(cell.config, method).cost };
  });
}

it.each([
  ['compression', 'nightly', 0.1],
  ['tensors', 'nightly', 0.1],
  ['translation', 'nightly', 0.15],
  ['distillation', 'smoke', 0.1],
  ['normalization', 'smoke', 0.1],
  ['pretraining', 'smoke', 0.2],
  ['lazy-training', 'smoke', 0.1],
  ['gaussian-attention', 'smoke', 0.1],
  ['lazy-training', 'nightly', 0.2],
  ['gaussian-attention', 'nightly', 0.1],
  ['nasi', 'nightly', 0.15],
  ['amortized-inference', 'nightly', 0.1],
  ['twin-regularization', 'nightly', 0.1],
  ['pretraining', 'nightly', 0.2],
] as const)(
  'tells the memory of the stored cells of %s, %s, within %f in the median, none a fifth too low',
  async (suite, profile, within) => {
    const errors = (await storedCells(suite, profile)).flatMap(({ cell, cost }) =>
      cell.rss_peak_bytes === null ? [] : [cost.memoryBytes / cell.rss_peak_bytes - 1],
    );
    expect(errors.length).toBeGreaterThan(5);
    expect(median(errors.map(Math.abs))).toBeLessThan(within);
    expect(Math.min(...errors)).toBeGreaterThan(-0.2);
  },
);

it.each([
  ['compression', 0.2],
  ['tensors', 0.2],
] as const)('tells the steps of the stored nightly of %s within %f in the median', async (suite, within) => {
  const cells = await storedCells(suite, 'nightly');
  const errors = cells.flatMap(({ cell, cost }) => {
    if (cell.step_ms === null) return [];
    const { batchSize } = (cell.config as unknown as { training: { batchSize: number } }).training;
    // An example's share of a training step, three forward passes, from the whole cell's.
    const steps = cell.macs === null || cell.macs === 0 ? 0 : cost.flops / (6 * cell.macs * batchSize);
    const isDense = cell.config.method === 'dense';
    const seconds = secondsOn(referenceRates, { ...cost, scalarSeconds: 0 }) / steps;
    return isDense ? [(1000 * seconds) / cell.step_ms - 1] : [];
  });
  expect(errors.length).toBeGreaterThan(5);
  expect(median(errors.map(Math.abs))).toBeLessThan(within);
});
