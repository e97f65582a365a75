import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readBaseline } from '../../baselines/baseline-file.ts';
import { usedText } from '../../harness/data/text/translation.ts';
import { compresses } from '../../harness/methods/method.ts';
import { methodOf, methods } from '../../harness/methods/registry.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { Cell } from '../../harness/spec/cell.ts';
import { dataFolderNames, fileDatasetNames } from '../../harness/spec/datasets.ts';
import type { DistillationExperimentSpec } from '../../harness/spec/distillation.ts';
import type { ImageExperimentSpec } from '../../harness/spec/image.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import type { NormalizationExperimentSpec } from '../../harness/spec/normalization.ts';
import { suiteSchema } from '../../harness/spec/suite.ts';
import type { TranslationExperimentSpec } from '../../harness/spec/translation.ts';
import { type BaseExperiment, factorOf, type ProfileName } from '../../harness/spec/words.ts';
import { suites } from '../../suites/registry.ts';
import { textConfig } from '../helpers/suites.ts';

const profiles = suites.flatMap((suite) =>
  (Object.keys(suite.profiles) as ProfileName[]).map((profile) => ({
    suite,
    profile,
    name: `${suite.name}-${profile}`,
  })),
);

function isOfImages(
  experiment: BaseExperiment,
): experiment is ImageExperimentSpec | DistillationExperimentSpec | NormalizationExperimentSpec {
  return ['image', 'distillation', 'normalization'].includes(experiment.task);
}

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
  // How large a folder of triples is, only its files tell: smoke's time is that of the generated knowledge base.
  const present = profile === 'smoke' ? dataFolderNames.filter((name) => name !== 'triples') : dataFolderNames;
  const cells = planCells(suite, profile, { present, untuned: 'counted' });
  // Of kinds whose methods are words of their own, nothing is dense, and nothing has a budget.
  const ofMethods = cells.filter(({ kind }) => wordsOfKind(kind).usesMethods);

  test('plans without error, with unique names and ids, also on the stand-in', () => {
    expect(new Set(cells.map(({ cell }) => cell)).size).toBe(cells.length);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    if (suite.profiles[profile]!.experiments.some(({ fallbackDataset }) => fallbackDataset === null)) return;
    const standIns = planCells(suite, profile, { present: [] });
    const generated = standIns.filter(
      ({ dataset, config }) =>
        !('dataset' in config) ||
        ['generated', 'generated-pair', 'football'].includes(dataset ?? '') ||
        dataset?.startsWith('spoken-words'),
    );
    expect(generated).toHaveLength(cells.length);
  });

  test('holds training images out to select by, or uses all published ones and says that nothing is selected', () => {
    const { experiments, note } = suite.profiles[profile]!;
    for (const { dataset, fallbackDataset } of experiments.filter(isOfImages)) {
      if (profile === 'paper') {
        expect([dataset.validationExamples, dataset.trainExamples, fallbackDataset]).toEqual([0, null, null]);
        expect(note).toContain('none is held out, and nothing is selected');
      } else {
        expect(dataset.validationExamples).toBeGreaterThanOrEqual(250);
        expect(fallbackDataset?.validationExamples).toBe(
          fallbackDataset === null ? undefined : dataset.validationExamples,
        );
      }
    }
  });

  test('has a dense cell for every model, data set and seed to compare the others with', () => {
    const placeOf = ({ model, dataset, seed }: Cell) => `${model} ${dataset} ${seed}`;
    const dense = new Set(ofMethods.filter((cell) => factorOf(cell, 'method') === 'dense').map(placeOf));
    expect(new Set(ofMethods.map(placeOf))).toEqual(dense);
  });

  test('asks for budgets that its networks can reach', () => {
    for (const planned of ofMethods) {
      const { cell, ratio, config } = planned;
      if ('budgetUnit' in config) continue;
      const budget = factorOf(planned, 'budget') as number;
      const used = methodOf(config.method);
      // Of as many operations as the low-rank network: its parameters are others.
      if (!compresses(used) || (used.kind === 'narrow' && used.equal === 'macs')) continue;
      // One more rank on every layer of a narrow network changes the ratio by a few hundredths.
      expect(`${cell}: ${Math.abs(ratio! - budget) <= Math.max(0.15 * budget, 0.001)}`).toBe(`${cell}: true`);
    }
  });

  test('has the thinner dense network at every budget below 1 of its compressed arms', () => {
    const budgetsOf = (of: (method: string) => boolean) =>
      new Set(
        ofMethods
          .filter((cell) => of(cell.config.method) && (factorOf(cell, 'budget') as number) < 1)
          .map((cell) => `${cell.model} ${cell.dataset} ${factorOf(cell, 'budget')}`),
      );
    const compressed = budgetsOf((method) => !['dense', 'narrow', 'narrow-macs'].includes(method));
    const narrow = budgetsOf((method) => method === 'narrow');
    expect([...compressed].filter((budget) => !narrow.has(budget))).toEqual([]);
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

describe('compression at the published schedule', () => {
  const suite = suites.find(({ name }) => name === 'compression')!;
  const paper = suite.profiles.paper!;

  const experiments = paper.experiments as ImageExperimentSpec[];

  test.each(experiments.map((experiment) => ({ name: experiment.dataset.name, experiment })))(
    'has the settings of the paper on $name',
    ({ experiment }) => {
      const { models, dataset, training, arms, fallbackDataset } = experiment;
      const vgg = models[0]!.name === 'vgg';
      expect(training).toEqual({
        epochs: 200,
        batchSize: 128,
        learningRate: 0.1,
        decayAt: [0.5, 0.75],
        decayFactor: 0.1,
        firstEpochLearningRate: null,
        momentum: 0.9,
        decay: vgg ? 2e-4 : 1e-4,
        labelSmoothing: 0,
      });
      expect(dataset).toEqual({
        name: dataset.name,
        trainExamples: null,
        validationExamples: 0,
        testExamples: null,
        flip: true,
        cropPadding: 4,
        normalization: 'dataset',
      });
      const lowRank = arms.find(({ method }) => method === 'low-rank')!;
      const larger = dataset.name === 'tiny-imagenet' && !vgg;
      expect(lowRank.factors.budget.slice(0, 3)).toEqual(larger ? [0.05, 0.1, 0.15] : [0.02, 0.05, 0.1]);
      // A curve of five operating points for every method, the sparse ones at the same budgets.
      const sparse = methods.filter(({ kind }) => kind === 'sparse').map(({ name }) => name);
      const others = ['dense', 'low-rank', 'narrow', 'narrow-macs', 'full-rank-warm-up'];
      expect(new Set(arms.map(({ method }) => method))).toEqual(new Set([...others, ...sparse]));
      for (const { method, factors } of arms) {
        // The layers that a warm-up leaves dense are more than the smallest budgets.
        const reached = method === 'full-rank-warm-up' ? (vgg ? 0.2 : 0.1) : 0;
        const budgets = lowRank.factors.budget.filter((budget) => budget >= reached);
        expect([method, factors.budget]).toEqual([method, method === 'dense' ? [1] : budgets]);
      }
      // Like with like: what low-rank networks are tried without is left out of these, too.
      for (const method of ['narrow', 'narrow-macs', 'full-rank-warm-up', 'random-pruning', 'snip', 'rigl']) {
        const { regularizer } = arms.find((arm) => arm.method === method)!.factors;
        expect([method, regularizer]).toEqual([method, expect.arrayContaining(['none', 'weight-decay'])]);
      }
      const inits = arms.filter(({ method }) => method === 'low-rank').flatMap(({ factors }) => factors.init);
      expect(inits).toContain('spectral-ones');
      expect(lowRank.factors.budget.length).toBeGreaterThanOrEqual(5);
      expect(lowRank.factors.init).toEqual(['default', 'spectral']);
      expect(lowRank.factors.regularizer).toEqual(expect.arrayContaining(['weight-decay', 'frobenius-decay']));
      expect(fallbackDataset).toBeNull();
    },
  );

  test('trains ResNet-32 in both widths, with projections, and VGG-19, on every data set, three times', () => {
    const cells = planCells(suite, 'paper', { present: fileDatasetNames });
    const models = ['resnet-32-w32-projection', 'resnet-32-w64-projection', 'vgg-19'];
    expect(new Set(cells.map(({ model, dataset, seed }) => `${model} ${dataset} ${seed}`))).toEqual(
      new Set(
        fileDatasetNames.flatMap((dataset) =>
          models.flatMap((model) => [0, 1, 2].map((seed) => `${model} ${dataset} ${seed}`)),
        ),
      ),
    );
  });
});

test('the smoke baseline of translation is of the text that the generator makes', async () => {
  const suite = suites.find(({ name }) => name === 'translation')!;
  const { dataset } = suite.profiles.smoke!.experiments[0] as TranslationExperimentSpec;
  const { digest } = await usedText(dataset, null);
  const baseline = await readBaseline('translation', 'smoke');
  expect(new Set(baseline!.cells.map(({ fingerprint }) => fingerprint?.data))).toEqual(new Set([digest]));
});

test.each([
  ['compression', 110],
  ['tensors', 40],
  ['translation', 70],
  ['distillation', 28],
  ['normalization', 28],
  ['pretraining', 35],
  ['lazy-training', 10],
  ['twin-regularization', 10],
  ['nasi', 10],
  ['amortized-inference', 10],
])('the nightly of %s takes at most %i minutes on two cores', (name, most) => {
  const suite = suites.find((known) => known.name === name)!;
  const cells = planCells(suite, 'nightly', { present: dataFolderNames, untuned: 'counted' });
  const minutes = cells.reduce((sum, { estimatedSeconds }) => sum + estimatedSeconds, 0) / 2 / 60;
  expect(minutes).toBeLessThan(most);
  expect(minutes).toBeGreaterThan(most / 4);
});

describe('translation at the published settings', () => {
  const { paper } = suites.find(({ name }) => name === 'translation')!.profiles;
  const [experiment] = paper!.experiments as TranslationExperimentSpec[];

  test('trains transformer_small as the paper does', () => {
    expect(experiment!.models).toEqual([
      { name: 'transformer', layers: 2, width: 256, feedForward: 1024, heads: 4, positions: 512, vocabulary: 26_000 },
    ]);
    expect(experiment!.training).toMatchObject({
      updates: 100_000,
      batchTokens: 4000,
      optimizer: { name: 'nesterov', momentum: 0.99 },
      learningRate: 0.25,
      constantUpdates: 4000,
      clipNorm: 0.1,
      dropout: 0.2,
      reluDropout: 0.1,
      labelSmoothing: 0.1,
      decoding: { beam: 5, lengthPenalty: 1 },
    });
    expect(experiment!.dataset).toMatchObject({ name: 'iwslt14-de-en', lowerCase: true, maxWords: 175, maxRatio: 1.5 });
  });

  test('has the parts of initialization and regularizer, the values of λ, and the released code’s decay', () => {
    const cells = planCells({ ...suites.find(({ name }) => name === 'translation')! }, 'paper', {
      present: dataFolderNames,
      seeds: 1,
    });
    const names = new Set(cells.map(({ cell }) => cell));
    for (const arm of [
      'dense.default.weight-decay-0.001.transformer-small.iwslt14-de-en',
      'dense.default.none.transformer-small.multi30k',
      'low-rank-0.25.spectral.frobenius-decay-0.00005.transformer-small.iwslt14-de-en',
      'low-rank-0.5.spectral-query-key.frobenius-decay.transformer-small.iwslt14-de-en',
      'low-rank-0.5.spectral.frobenius-decay-output-value-0.0001.transformer-small.iwslt14-de-en',
      'low-rank-0.5.spectral.frobenius-decay-0.00001.released.transformer-small.iwslt14-de-en',
    ]) {
      expect(names).toContain(`${arm}.seed-0`);
    }
    const released = cells.filter((cell) => factorOf(cell, 'coupling') === 'released');
    expect(released.map(({ cell }) => cell)).toEqual(
      cells.map(({ cell }) => cell).filter((cell) => cell.includes('.released.')),
    );
    for (const cell of cells.filter(({ dataset }) => dataset === 'iwslt14-de-en')) {
      const coupling = released.includes(cell) ? 'released' : 'decoupled';
      expect([cell.cell, textConfig(cell).training.decayCoupling]).toEqual([cell.cell, coupling]);
    }
  });
});
