import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { methodOf } from '../../harness/methods/registry.ts';
import { planCells } from '../../harness/plan.ts';
import { type ProfileName, suiteSchema } from '../../harness/spec.ts';
import { suites } from '../../suites/registry.ts';

const profiles = suites.flatMap((suite) =>
  (Object.keys(suite.profiles) as ProfileName[]).map((profile) => ({
    suite,
    profile,
    name: `${suite.name}-${profile}`,
  })),
);

test('suites have unique names, and the file of each is named after it', () => {
  const files = readdirSync(new URL('../../suites/', import.meta.url));
  expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length);
  for (const { name } of suites) expect(files).toContain(`${name}.ts`);
});

test.each(suites.map((suite) => ({ name: suite.name, suite })))(
  'suite $name fits the schema, and has words for people',
  ({ suite }) => {
    expect(suiteSchema.parse(suite)).toEqual(suite);
    for (const text of [suite.title, suite.description, ...Object.values(suite.profiles).map(({ note }) => note)]) {
      expect(text.length).toBeGreaterThan(10);
      expect(text).not.toMatch(/TODO|FIXME/);
    }
    expect(suite.profiles.smoke).toBeDefined();
  },
);

describe.each(profiles)('$name', ({ suite, profile }) => {
  const cells = planCells(suite, profile, { realData: true });

  test('plans without error, with unique names and ids, also on the stand-in', () => {
    expect(new Set(cells.map(({ cell }) => cell)).size).toBe(cells.length);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    if (suite.profiles[profile]!.fallbackDataset === null) return;
    const standIns = planCells(suite, profile, { realData: false });
    expect(standIns.map(({ dataset }) => dataset)).toEqual(cells.map(() => 'generated'));
  });

  test('has a dense cell for every model and seed to compare the others with', () => {
    for (const { model, seed } of cells) {
      expect(cells.some((cell) => cell.method === 'dense' && cell.model === model && cell.seed === seed)).toBe(true);
    }
  });

  test('asks for budgets that its networks can reach', () => {
    for (const { cell, method, budget, ratio } of cells) {
      const used = methodOf(method);
      if (used.kind === 'layer' && !used.compresses) continue;
      // One more rank on every layer of a narrow network changes the ratio by a few hundredths.
      expect(`${cell}: ${Math.abs(ratio! - budget) <= Math.max(0.15 * budget, 0.001)}`).toBe(`${cell}: true`);
    }
  });

  test('has time limits well above its estimates', () => {
    for (const { estimatedSeconds, timeLimitSeconds } of cells)
      expect(timeLimitSeconds).toBeGreaterThan(2 * estimatedSeconds);
  });

  test('runs in the time that its profile is for, on two cores', () => {
    const hours = cells.reduce((sum, { estimatedSeconds }) => sum + estimatedSeconds, 0) / 2 / 3600;
    const limits = { smoke: 0.25, nightly: 8, paper: Number.POSITIVE_INFINITY };
    expect(hours).toBeLessThan(limits[profile]);
  });
});

test('compression at the published schedule has the settings of the paper', () => {
  const paper = suites.find(({ name }) => name === 'compression')?.profiles.paper;
  if (paper === undefined) throw new Error('the suite compression has no profile paper');
  expect(paper.training).toEqual({
    ...{ epochs: 200, batchSize: 128, learningRate: 0.1, decayAt: [0.5, 0.75], decayFactor: 0.1 },
    ...{ firstEpochLearningRate: null, momentum: 0.9, decay: 1e-4, labelSmoothing: 0 },
  });
  expect(paper.dataset).toEqual({
    ...{ name: 'cifar-10', trainExamples: null, testExamples: null },
    ...{ flip: true, cropPadding: 4, normalization: 'dataset' },
  });
  const lowRank = paper.arms.find(({ method }) => method === 'low-rank')!;
  expect(lowRank.budgets).toEqual([0.02, 0.05, 0.1]);
  expect(lowRank.inits).toEqual(['default', 'spectral']);
  expect(lowRank.regularizers).toEqual(expect.arrayContaining(['weight-decay', 'frobenius-decay']));
  expect(paper.models.map(({ depth, width }) => [depth, width])).toEqual([
    [32, 32],
    [32, 64],
  ]);
  expect([paper.seeds, paper.fallbackDataset]).toEqual([3, null]);
});
