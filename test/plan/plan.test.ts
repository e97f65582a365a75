import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { familyOf, idOf } from '../../harness/cell-id.ts';
import { UsageError } from '../../harness/errors.ts';
import { namesOfProfile, planCells } from '../../harness/plan/plan.ts';
import { totalMacs, totalParameters } from '../../harness/shape/blueprint.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { DatasetSpec, ModelSpec } from '../../harness/spec/image.ts';
import { configSchema } from '../../harness/spec/kinds.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import type { BaseConfig } from '../../harness/spec/words.ts';
import { blueprintOf } from '../../harness/tasks/image/outline.ts';
import { compression } from '../../suites/compression.ts';
import { experimentOf, fixtureSuite, imageConfig, setting } from '../helpers/suites.ts';

const plan = (
  change?: (suite: SuiteSpec) => void,
  options: Partial<Parameters<typeof planCells>[2]> = {},
): PlannedCell[] => planCells(fixtureSuite(change), 'smoke', { present: ['cifar-10'], ...options });
const named = (cells: readonly PlannedCell[], name: string) => cells.find(({ cell }) => cell === name)!;
const spectral = 'low-rank-0.1.spectral.frobenius-decay.resnet-20.cifar-10.seed-0';

describe('the plan of a profile', () => {
  test('is the product of models, seeds and arms, whole replicates first', () => {
    const cells = plan();
    expect(cells.length).toBe(2 * 2 * (1 + 8));
    expect(cells.slice(0, 10).map(({ cell }) => cell.replace('.resnet-20.cifar-10', ''))).toEqual([
      'dense.default.weight-decay.seed-0',
      'low-rank-0.1.default.none.seed-0',
      'low-rank-0.1.default.frobenius-decay.seed-0',
      'low-rank-0.1.spectral.none.seed-0',
      'low-rank-0.1.spectral.frobenius-decay.seed-0',
      'low-rank-0.25.default.none.seed-0',
      'low-rank-0.25.default.frobenius-decay.seed-0',
      'low-rank-0.25.spectral.none.seed-0',
      'low-rank-0.25.spectral.frobenius-decay.seed-0',
      'dense.default.weight-decay.seed-1',
    ]);
    expect(cells.map(({ model, seed }) => `${model}/${seed}`).filter((_, i) => i % 9 === 0)).toEqual([
      'resnet-20/0',
      'resnet-20/1',
      'resnet-8-w8/0',
      'resnet-8-w8/1',
    ]);
    expect(plan()).toEqual(cells);
  });

  test('has names and ids that are unique, and names that are safe as file names', () => {
    const cells = plan();
    expect(new Set(cells.map(({ cell }) => cell)).size).toBe(cells.length);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    for (const { cell } of cells) expect(cell).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
  });

  test('repeats in each cell what its configuration says', () => {
    for (const cell of plan()) {
      const config = imageConfig(cell);
      expect(configSchema.parse(config)).toEqual(config);
      const { method, init, regularizer, budget, seed } = config;
      const factors = Object.entries({ method, budget, init, regularizer }).map(([name, value]) => ({ name, value }));
      expect(cell).toMatchObject({ suite: 'fixture', profile: 'smoke', kind: 'image', factors, seed, needs: [] });
      expect(cell).toMatchObject({ dataset: 'cifar-10', timeLimitSeconds: 60 });
      expect(cell.ratio).toBeCloseTo(method === 'dense' ? 1 : budget, 1);
    }
  });

  test('is shorter or longer by the number of seeds asked for', () => {
    expect([1, 3].map((seeds) => plan(undefined, { seeds }).length)).toEqual([18, 54]);
    expect(plan(undefined, { seeds: 2 })).toEqual(plan());
    expect(new Set(plan(undefined, { seeds: 3 }).map(({ seed }) => seed))).toEqual(new Set([0, 1, 2]));
  });

  test('of a night has the first fixed seed and two that the date decides, the same for all arms', () => {
    const cells = plan(undefined, { night: '2026-12-01' });
    const seeds = [...new Set(cells.map(({ seed }) => seed))];
    // SHA-256 of ["fixture","smoke","2026-12-01",0] and of index 1, the first 31 bits.
    const expected = [0, 1].map((index) => {
      const text = JSON.stringify(['fixture', 'smoke', '2026-12-01', index]);
      const digest = createHash('sha256').update(text).digest('hex');
      return Number(BigInt(`0x${digest}`) >> 225n);
    });
    expect(seeds).toEqual([0, ...expected]);
    expect(cells.length).toBe(3 * 2 * (1 + 8));
    expect(new Set(cells.map(({ cell }) => cell)).size).toBe(cells.length);
    expect(plan(undefined, { night: '2026-12-01' })).toEqual(cells);
    const other = plan(undefined, { night: '2026-12-02' }).map(({ seed }) => seed);
    expect(other.filter((seed) => seeds.includes(seed)).every((seed) => seed === 0)).toBe(true);
    const shown = plan(
      (suite) => {
        experimentOf(suite).arms[0]!.seeds = 1;
      },
      { night: '2026-12-01' },
    );
    expect(shown.filter(({ cell }) => cell.startsWith('dense')).map(({ seed }) => seed)).toEqual([0, 0]);
  });

  test('keeps the cells that match any of the globs', () => {
    const only = ['dense.*', '*spectral*resnet-8-w8*seed-1'];
    const kept = plan(undefined, { only });
    expect(kept).toEqual(
      plan().filter(({ cell }) => /^dense/.test(cell) || /spectral.*resnet-8-w8.*seed-1$/.test(cell)),
    );
    expect(kept.length).toBe(4 + 4);
    expect(plan(undefined, { only: [] }).length).toBe(36);
    expect(plan(undefined, { only: ['*'] }).length).toBe(36);
    expect(plan(undefined, { only: [spectral] }).map(({ cell }) => cell)).toEqual([spectral]);
  });

  test('takes the generated stand-in where the real data is not present', () => {
    const cells = plan(undefined, { present: [] });
    expect(new Set(cells.map(({ dataset }) => dataset))).toEqual(new Set(['generated']));
    expect(imageConfig(cells[0]!).dataset.trainExamples).toBe(500);
    expect(cells[0]!.cell).toBe('dense.default.weight-decay.resnet-20.generated.seed-0');
    expect(cells[0]!.id).not.toBe(plan()[0]!.id);
  });
});

test('the names of a profile are those on its data sets and on their stand-ins, with its own seeds', () => {
  const names = namesOfProfile(compression, 'smoke');
  const planned = (present: 'cifar-10'[]) => planCells(compression, 'smoke', { present }).map(({ cell }) => cell);
  expect(names).toEqual(new Set([...planned(['cifar-10']), ...planned([])]));
  expect(namesOfProfile(compression, 'nightly')).toContain('dense.default.none.resnet-8.cifar-10.seed-2');
});

describe('planCells refuses', () => {
  const refused = (run: () => unknown, message: string) => {
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
  };

  test('a profile that the suite does not have, naming those it has', () => {
    refused(
      () => planCells(fixtureSuite(), 'paper', { present: [] }),
      "suite fixture has no profile 'paper'; it has: smoke",
    );
  });

  test('a profile without a stand-in where the real data is not present', () => {
    const bare = setting('fallbackDataset', null);
    refused(
      () => plan(bare, { present: [] }),
      'suite fixture, profile smoke: needs cifar-10, which was not found; give its folder with --data DIR',
    );
    expect(plan(bare).length).toBe(36);
  });

  test('globs that match nothing, with an example of a name', () => {
    refused(
      () => plan(undefined, { only: ['tucker*', 'cp*'] }),
      '--only tucker* --only cp*: matches none of 36 cells, such as dense.default',
    );
  });

  test('an unknown method, and a depth that is no ResNet', () => {
    refused(() => plan(setting('arms.1.method', 'tuckr')), "method 'tuckr' is unknown");
    refused(() => plan(setting('models.0.depth', 21)), 'depth 21 is not of the form 6n+2');
  });
});

describe('planCells refuses a setting that a method has nothing of', () => {
  const arms = (method: string, init: string, regularizer: string) =>
    plan((spec) => {
      setting('models', [{ name: 'resnet', depth: 20, width: 16 }])(spec);
      setting('arms', [{ method, factors: { budget: [0.12], init: [init], regularizer: [regularizer] } }])(spec);
    });

  test.each([
    [
      'low-rank',
      'iid',
      'none',
      "method low-rank has no init 'iid'; give its arm inits among ['default', 'spectral', 'spectral-ones']",
    ],
    ['dense', 'iid', 'none', "method dense has no init 'iid'"],
    ['snip', 'iid', 'weight-decay', "method snip has no init 'iid'; give its arm inits ['default']"],
    ['dense', 'default', 'crs', "method dense has no regularizer 'crs', which is weight decay there; name that"],
    ['snip', 'default', 'crs', "method snip has no regularizer 'crs', which is weight decay there; name that"],
  ])('%s, %s, %s', (method, init, regularizer, message) => {
    expect(() => arms(method, init, regularizer)).toThrow(UsageError);
    expect(() => arms(method, init, regularizer)).toThrow(message);
  });

  test('but plans crs for factors, and independent cores for tensors', () => {
    expect(arms('low-rank', 'spectral', 'crs').length).toBeGreaterThan(0);
    expect(arms('tensor-train', 'iid', 'crs').length).toBeGreaterThan(0);
  });

  test('a tensor method where a layer does not fold, naming it', () => {
    const prime = setting('models', [{ name: 'resnet', depth: 8, width: 7 }]);
    const suite = (spec: SuiteSpec) => {
      prime(spec);
      setting('arms', [{ method: 'cp', factors: { budget: [0.25], init: ['default'], regularizer: ['none'] } }])(spec);
    };
    expect(() => plan(suite)).toThrow(UsageError);
    expect(() => plan(suite)).toThrow(
      /method cp, layer stage1\.block1\.1\.conv: a 7 x 7 pointwise matrix does not fold/,
    );
  });
});

describe('the id of a cell', () => {
  /** The configuration's JSON with sorted keys, written out; the hash was computed apart from the harness. */
  const text =
    '{"budget":0.1,"dataset":{"cropPadding":4,"flip":true,"name":"cifar-10","normalization":"dataset","testExamples":1000,' +
    '"trainExamples":null},"init":"spectral","method":"low-rank","model":{"depth":20,"name":"resnet","width":16},' +
    '"regularizer":"frobenius-decay","seed":0,"task":"image","training":{"batchSize":64,"decay":0.0001,"decayAt":[0.5,0.75],' +
    '"decayFactor":0.1,"epochs":2,"firstEpochLearningRate":null,"labelSmoothing":0,"learningRate":0.1,"momentum":0.9}}';

  test('is golden: another value here makes every stored record another cell', () => {
    expect(named(plan(), spectral).id).toBe('12fe10adbc1cf709');
    expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe('12fe10adbc1cf709');
  });

  test('has one field of the configuration for each of the changes below', () => {
    const paths = (value: unknown, prefix = ''): string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${prefix}${key}.`))
        : [prefix.slice(0, -1)];
    const fromArms = ['method', 'init', 'regularizer', 'budget', 'seed', 'model.name', 'dataset.name'];
    expect(paths(plan()[0]!.config).sort()).toEqual(['task', ...changes.map(([path]) => path), ...fromArms].sort());
  });

  const changes: [string, (suite: SuiteSpec) => void][] = [
    ['model.depth', setting('models.0.depth', 32)],
    ['model.width', setting('models.0.width', 17)],
    ['dataset.trainExamples', setting('dataset.trainExamples', 50_000)],
    ['dataset.testExamples', setting('dataset.testExamples', 1001)],
    ['dataset.flip', setting('dataset.flip', false)],
    ['dataset.cropPadding', setting('dataset.cropPadding', 0)],
    ['dataset.normalization', setting('dataset.normalization', 'imagenet')],
    ['training.epochs', setting('training.epochs', 3)],
    ['training.batchSize', setting('training.batchSize', 65)],
    ['training.learningRate', setting('training.learningRate', 0.11)],
    ['training.decayAt', setting('training.decayAt', [0.5, 0.8])],
    ['training.decayFactor', setting('training.decayFactor', 0.2)],
    ['training.firstEpochLearningRate', setting('training.firstEpochLearningRate', 0.01)],
    ['training.momentum', setting('training.momentum', 0.8)],
    ['training.decay', setting('training.decay', 2e-4)],
    ['training.labelSmoothing', setting('training.labelSmoothing', 0.1)],
  ];

  test.each(changes)('changes with %s', (_path, change) => {
    const [before, after] = [plan()[4]!, plan(change)[4]!];
    expect(after.config).toMatchObject({
      method: 'low-rank',
      init: 'spectral',
      regularizer: 'frobenius-decay',
      seed: 0,
    });
    expect(after.id).toMatch(/^[0-9a-f]{16}$/);
    expect(after.id).not.toBe(before.id);
  });

  test('changes with Cutout, and has no field for it where there is none', () => {
    const [plain] = plan();
    expect(imageConfig(plain!).dataset).not.toHaveProperty('cutout');
    const cut = (side: number) =>
      plan((suite) => {
        experimentOf(suite).dataset.cutout = side;
      })[0]!;
    expect(new Set([plain!.id, cut(16).id, cut(8).id]).size).toBe(3);
    expect(configSchema.parse(cut(16).config)).toEqual(cut(16).config);
  });

  test('differs for every method, init, regularizer, budget, seed, model and data set of a plan', () => {
    const cells = [...plan(undefined, { seeds: 3 }), ...plan(undefined, { seeds: 3, present: [] })];
    expect(new Set(cells.map(({ id }) => id)).size).toBe(108);
  });

  test.each<[string, (suite: SuiteSpec) => void]>([
    [
      'the name of the suite',
      (suite) => {
        suite.name = 'renamed';
      },
    ],
    ['words', setting('note', 'other')],
    ['the margin', setting('margin', 0.5)],
    ['the time limit', setting('timeLimitSeconds', 1)],
    ['the number of seeds', setting('seeds', 7)],
    ['other arms', (suite) => void experimentOf(suite).arms.shift()],
    ['other models', (suite) => void experimentOf(suite).models.reverse()],
    ['the stand-in', setting('fallbackDataset', null)],
    [
      'the order of fields',
      (suite) => {
        const { training } = experimentOf(suite);
        setting('training', Object.fromEntries(Object.entries(training).reverse()))(suite);
      },
    ],
  ])('does not change with %s', (_what, change) => {
    expect(named(plan(change), spectral).id).toBe('12fe10adbc1cf709');
  });
});

describe('the family of a cell, whose random streams are shared,', () => {
  test('is one for all methods, inits, regularizers, budgets, seeds and schedules on a model and a data set', () => {
    const cells = [...plan(), ...plan(setting('training.epochs', 9))];
    const families = new Set(cells.map(({ config }) => familyOf(config)));
    expect([...families].sort()).toEqual([
      '{"dataset":"cifar-10","model":{"depth":20,"name":"resnet","width":16}}',
      '{"dataset":"cifar-10","model":{"depth":8,"name":"resnet","width":8}}',
    ]);
  });

  test('is another for another data set', () => {
    const [real, generated] = [plan()[0]!, plan(undefined, { present: [] })[0]!];
    expect(familyOf(real.config)).not.toBe(familyOf(generated.config));
  });
});

describe('the estimate of a cell', () => {
  test('grows with the work: epochs, images and operations', () => {
    const first = (change?: (suite: SuiteSpec) => void) => plan(change)[0]!.estimatedSeconds;
    const base = first();
    expect(base).toBeGreaterThan((2 * 50_000) / 1000);
    expect(first(setting('training.epochs', 4))).toBeGreaterThan(1.9 * base);
    expect(first(setting('dataset.trainExamples', 5000))).toBeLessThan(0.2 * base);
    const [dense, small, large] = [plan()[0]!, named(plan(), spectral), plan()[8]!];
    expect(small.estimatedSeconds).toBeLessThan(large.estimatedSeconds);
    expect(large.estimatedSeconds).toBeLessThan(dense.estimatedSeconds);
  });
});

describe('blueprintOf', () => {
  const { dataset } = imageConfig(plan()[0]!);
  const parametersOf = (model: ModelSpec, name: DatasetSpec['name']) =>
    totalParameters(blueprintOf(model, { ...dataset, name }));

  test('makes the network for 10 classes of 32 x 32 x 3', () => {
    for (const name of ['cifar-10', 'generated'] as const) {
      const blueprint = blueprintOf({ name: 'resnet', depth: 20, width: 16 }, { ...dataset, name });
      expect([totalParameters(blueprint), totalMacs(blueprint)]).toEqual([269_722, 40_551_040]);
    }
  });

  test('makes each model for the classes of each data set', () => {
    const projection = { name: 'resnet-projection', depth: 32, width: 32 } as const;
    const vgg = { name: 'vgg', depth: 19, width: 64 } as const;
    expect(parametersOf(projection, 'cifar-10')).toBe(1_860_522);
    expect(parametersOf(projection, 'cifar-100')).toBe(1_872_132);
    expect(parametersOf(vgg, 'cifar-10')).toBe(20_035_018);
    expect(parametersOf(vgg, 'cifar-100')).toBe(20_081_188);
    expect(parametersOf(projection, 'tiny-imagenet')).toBe(1_885_032);
    expect(parametersOf(vgg, 'tiny-imagenet')).toBe(20_132_488);
    const wide = { name: 'wide-resnet', depth: 28, widen: 10 } as const;
    expect(parametersOf(wide, 'cifar-10')).toBe(36_479_194);
    expect(parametersOf(wide, 'cifar-100')).toBe(36_479_194 + 90 * 641);
  });
});

test('an accepted cell has the id of its configuration, in which, as in planned ones, no field is of a method’s file', () => {
  const stored = JSON.parse(
    readFileSync(new URL('../../baselines/compression.smoke.json', import.meta.url), 'utf8'),
  ) as {
    cells: { cell: string; id: string; config: BaseConfig }[];
  };
  const planned = planCells(compression, 'smoke', { present: [] });
  for (const cells of [stored.cells, planned]) {
    expect(cells.length).toBeGreaterThan(10);
    for (const { cell, id, config } of cells) {
      expect(idOf(config), cell).toBe(id);
      expect(config).not.toHaveProperty('methodDigest');
    }
  }
});
