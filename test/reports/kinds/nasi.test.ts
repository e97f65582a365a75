import { describe, expect, it } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { cellNameOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import {
  architecturesOf,
  type Estimates,
  type InputName,
  type NasiConfig,
  type NasiDetails,
  nasi,
  parsedArchitecture,
} from '../../../harness/spec/nasi.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { choicesOf } from '../../../reports/kinds/nasi/choice-section.ts';
import { type Expectation, expectationsOf } from '../../../reports/kinds/nasi/expectations.ts';
import { populationsOf } from '../../../reports/kinds/nasi/populations.ts';
import { topOf, transferRows, usefulnessOf } from '../../../reports/kinds/nasi/score-section.ts';
import { nasiReport } from '../../../reports/kinds/nasi.ts';
import { unsized } from '../../helpers/other-kinds.ts';
import { finishedRecord, fixtureRecord } from '../../helpers/records.ts';

type Dataset = 'mixture' | 'generated' | 'templates';

interface Given {
  dataset?: Dataset;
  architecture: string;
  seed?: number;
  accuracy: number;
  validation?: number;
  seconds?: number;
  macs?: number;
  parameters?: number;
  /** Of single initializations. */
  exact?: number[];
  minibatch?: Partial<Record<InputName, number[]>>;
  closedForm?: NonNullable<NasiDetails['scored']>['closed_form'];
  /** Makes it the find of a search. */
  found?: { method: 'nasi-fix' | 'nasi-ada'; input: InputName; seconds: number };
}

const parts = { trainExamples: 64, validationExamples: 10, testExamples: 1000 };
const training = { epochs: 2, batchSize: 32, learningRate: 0.1, momentum: 0.9 };
const scoring = { examples: 8, exactExamples: 4, inits: 1 };
const search = { width: 4, samples: 2, examples: 4, temperature: 1, mu: 2, nu: 1 };
const datasets = {
  mixture: { name: 'mixture', dimension: 64, classes: 4, ...parts },
  generated: { name: 'generated', side: 16, ...parts },
  templates: { name: 'templates', side: 16, ...parts },
} as const;

function nasiRecord(given: Given): FinishedRecord {
  const { dataset = 'mixture', architecture, accuracy, seed = 0, found, seconds = 10 } = given;
  const { exact = [1], minibatch = {}, validation = accuracy, macs = 100, parameters = 50, closedForm = null } = given;
  const model =
    dataset === 'mixture'
      ? ({ name: 'mlp', layers: 4 } as const)
      : ({ name: 'conv-cell', nodes: 3, cells: 1 } as const);
  const common = { task: 'nasi', model, dataset: datasets[dataset], training, seed } as const;
  const config: NasiConfig =
    found === undefined
      ? { ...common, method: 'architecture', architecture, scoring: { ...scoring, inits: exact.length } }
      : { ...common, method: found.method, searchInput: found.input, search };
  const estimates = (input: InputName): Estimates => {
    const values = minibatch[input] ?? minibatch.true ?? exact;
    return { exact, per_sample: exact, minibatch: values };
  };
  const scored: NasiDetails['scored'] = {
    scores: {
      true: estimates('true'),
      'random-labels': estimates('random-labels'),
      'random-data': estimates('random-data'),
    },
    gradient_norm: exact,
    seconds: { exact: 2, gradients: 0.5 },
    closed_form: closedForm,
  };
  const details: NasiDetails = {
    architecture,
    width: parsedArchitecture(architecture).width,
    macs,
    validation_accuracy: validation,
    scored: found === undefined ? scored : null,
    searched:
      found === undefined ? null : { seconds: found.seconds, norms: [1, 2], limits: [1, 1], alpha: [[0.1, -0.1]] },
  };
  const factors = Object.entries(nasi.factors).flatMap(([name, words]) => {
    const value = words.of(config);
    return value === null ? [] : [{ name, value }];
  });
  const arm = { kind: 'nasi', model: nasi.model(config), dataset, factors };
  return finishedRecord({
    ...fixtureRecord(),
    ...unsized,
    ...arm,
    id: idOf(config),
    cell: cellNameOf(arm, seed),
    seed,
    config,
    suite: 'nasi',
    measures: [{ metric: 'accuracy', value: accuracy, best: null }],
    details,
    parameters,
    nonzero_parameters: parameters,
    curve: [{ at: 2, seconds, values: { test_accuracy: accuracy } }],
    seconds,
    phases: [{ label: 'train', epochs: 2 }],
  });
}

const populations = (...given: Given[]) => populationsOf(summarizeArms(given.map(nasiRecord)));
const names = architecturesOf({ name: 'mlp', layers: 4 });
/** Networks whose score and accuracy are made. */
const many = (count: number, of: (i: number) => Partial<Given>): Given[] =>
  Array.from({ length: count }, (_, i) => ({
    architecture: `${names[i * 3]}-48`,
    accuracy: 0.5,
    exact: [1 + i],
    ...of(i),
  }));
const verdictOf = (start: string, ...given: Given[]): Expectation => {
  const found = expectationsOf(populations(...given)).find(({ expected }) => expected.startsWith(start));
  if (found === undefined) throw new Error(`nothing is expected as '${start}'`);
  return found;
};
/** A number of no order. */
const mixed = (i: number) => (i * 7919) % 31;

describe('usefulness', () => {
  it('is the rank correlation of a score with accuracy, seed by seed', () => {
    const [rising] = populations(...many(10, (i) => ({ accuracy: 0.3 + i / 100 })));
    const by = { of: ({ scored }: { scored: NonNullable<NasiDetails['scored']> }) => scored.scores.true.exact[0]! };
    expect(usefulnessOf(rising!.candidates, by)).toMatchObject({ n: 10, value: 1 });
    const both = [0, 1].flatMap((seed) =>
      many(10, (i) => ({ seed, accuracy: seed === 0 ? 0.3 + i / 100 : 0.9 - i / 100 })),
    );
    const [opposed] = populations(...both);
    expect(usefulnessOf(opposed!.candidates, by)!.value).toBeCloseTo(0, 12);
    expect(usefulnessOf(opposed!.candidates, by)!.n).toBe(10);
  });

  it('has the accuracy of the five with the highest rank', () => {
    const [rising] = populations(...many(10, (i) => ({ accuracy: i / 10 })));
    const { top, all } = topOf(rising!.candidates, { of: ({ scored }) => scored.scores.true.exact[0]! });
    expect([top, all]).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.45, 12)]);
  });
});

describe('choices', () => {
  it('have what each way finds, and what it takes', () => {
    const [population] = populations(
      { architecture: 'rrrr-48', accuracy: 0.6, validation: 0.5, exact: [9], macs: 1, seconds: 30 },
      { architecture: 'llll-48', accuracy: 0.7, validation: 0.8, exact: [3], macs: 2, seconds: 20 },
      { architecture: 'ssss-48', accuracy: 0.2, validation: 0.2, exact: [1], macs: 3, seconds: 10 },
      { architecture: 'rrrl-4', accuracy: 0.65, found: { method: 'nasi-fix', input: 'true', seconds: 5 } },
    );
    const found = Object.fromEntries(choicesOf(population!).map((choice) => [choice.by, choice]));
    expect(found['nasi-fix, true']).toMatchObject({
      architectures: ['rrrl-4'],
      accuracies: new Map([[0, 0.65]]),
      seconds: 5,
    });
    expect(found['exact trace']).toMatchObject({
      architectures: ['rrrr-48'],
      accuracies: new Map([[0, 0.6]]),
      seconds: 6,
    });
    expect(found['trace by a minibatch']!.seconds).toBeCloseTo(1.5, 12);
    expect(found['multiply-accumulates']!.architectures).toEqual(['ssss-48']);
    expect(found['training all']).toMatchObject({
      architectures: ['llll-48'],
      accuracies: new Map([[0, 0.7]]),
      seconds: 60,
    });
    expect([...found['at random']!.accuracies.values()][0]).toBeCloseTo(0.5, 12);
  });
});

describe('from one data set to another', () => {
  it('architectures of both are paired, and those of one alone left out', () => {
    const cells = ['sss-4', '3s1-4', '1p3-4', 'ppp-4', '333-4'];
    const of = (dataset: Dataset, sign: number): Given[] =>
      cells.map((architecture, i) => ({
        dataset,
        architecture,
        exact: [5 + sign * i],
        accuracy: 0.5 + sign * 0.01 * i,
      }));
    const rows = transferRows(
      populations(...of('generated', 1), ...of('templates', -1), {
        dataset: 'templates',
        architecture: '1ss-4',
        accuracy: 1,
      }),
    );
    expect(rows.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(['generated templates', 'templates generated']);
    for (const { scores, useful, accuracies } of rows) {
      expect([scores!.value, useful!.value, accuracies!.value]).toEqual([-1, -1, -1]);
      expect(scores!.n).toBe(5);
    }
  });
});

describe('an expected value', () => {
  const noisy = (level: number) => (i: number) => ({
    exact: [1 + i],
    minibatch: { true: [1 + i], 'random-labels': [1 + i + level * mixed(i)], 'random-data': [1 + i] },
  });

  it('of a correlation is met near it, open within the interval, and failed elsewhere', () => {
    const start = 'Pearson with random labels 0.813: minibatch';
    // 0.819, 0.682 with an interval from 0.178 to 0.903, and 0.033.
    expect(verdictOf(start, ...many(40, noisy(0.9))).judged).toBe('met');
    expect(verdictOf(start, ...many(12, noisy(0.5))).judged).toBe('open');
    expect(
      verdictOf(
        start,
        ...many(60, (i) => ({ exact: [1 + mixed(i)], minibatch: { true: [1 + i], 'random-labels': [mixed(i)] } })),
      ),
    ).toMatchObject({ judged: 'failed' });
    expect(verdictOf(start).judged).toBe('not tested');
  });

  it('of four initializations is not tested with others', () => {
    const start = 'Pearson with random labels 0.952: minibatch';
    expect(verdictOf(start, ...many(20, () => ({}))).judged).toBe('not tested');
    expect(verdictOf(start, ...many(20, (i) => ({ exact: [i, i, i, i].map((x) => x + 1) }))).judged).not.toBe(
      'not tested',
    );
  });

  it('of the mean trace is judged by its standard error', () => {
    const closed = (mean: number) => ({ expected: 20, mean, standard_error: 0.5, draws: 64 });
    const start = 'mean exact trace over';
    const met = verdictOf(start, ...many(2, (i) => ({ closedForm: closed(19 + i) })));
    expect(met).toMatchObject({ judged: 'met', measured: expect.stringContaining('0.950 to 1.000 in 2 networks') });
    expect(verdictOf(start, ...many(2, (i) => ({ closedForm: closed(18 + i) }))).judged).toBe('failed');
  });
});

describe('a direction', () => {
  it('of estimators fails where a minibatch depends on labels less', () => {
    const start = 'a minibatch depends on labels more';
    const noise = (i: number) => ({ minibatch: { true: [1 + i], 'random-labels': [1 + i + mixed(i)] } });
    expect(verdictOf(start, ...many(20, noise)).judged).toBe('met');
    expect(verdictOf(start, ...many(20, () => ({}))).judged).toBe('failed');
  });

  it('of the paper’s estimator is judged in every space', () => {
    const noise = (i: number) => ({
      minibatch: { true: [1 + i], 'random-data': [mixed(i)], 'random-labels': [1 + i] },
    });
    const judged = (what: string) => verdictOf(`the paper’s estimator under random ${what}`, ...many(30, noise)).judged;
    expect([judged('labels'), judged('data')]).toEqual(['met', 'failed']);
  });

  it('of a search compares it with a random choice, with training all, and with labels', () => {
    const find = (input: InputName, seed: number, accuracy: number, seconds: number): Given => ({
      architecture: 'rrrr-48',
      seed,
      accuracy,
      found: { method: 'nasi-fix', input, seconds },
    });
    const seeds = [0, 1, 2];
    const given = [
      ...seeds.flatMap((seed) => many(6, (i) => ({ seed, accuracy: i / 10 + seed / 100, seconds: 5 }))),
      // No search has its width.
      { architecture: 'rrrr-7', accuracy: 1, seconds: 5 },
      ...seeds.flatMap((seed) => [find('true', seed, 0.5, 10), find('random-labels', seed, 0.2, 40)]),
    ];
    const judged = (start: string) => verdictOf(start, ...given).judged;
    expect(judged('nasi-fix, true finds better networks than a random choice of its width')).toBe('met');
    expect(judged('nasi-fix, random-labels finds better')).toBe('failed');
    expect(judged('nasi-fix, true takes less time')).toBe('met');
    expect(judged('nasi-fix, random-labels takes less time')).toBe('failed');
    const searchesAlone = given.filter(({ architecture }) => architecture === 'rrrr-7');
    expect(() => verdictOf('nasi-fix, true finds better', ...searchesAlone)).toThrow('nothing is expected');
    expect(judged('nasi-fix, random-labels finds as good networks as with labels')).toBe('failed');
    // One seed has no interval.
    const once = given.filter(({ seed = 0 }) => seed === 0);
    expect(verdictOf('nasi-fix, true finds better', ...once).judged).toBe('open');
  });

  it('from one data set to another is met where its interval is above zero', () => {
    const all = architecturesOf({ name: 'conv-cell', nodes: 3, cells: 1 });
    const of = (dataset: Dataset, count: number, value: (i: number) => number): Given[] =>
      Array.from({ length: count }, (_, i) => ({
        dataset,
        architecture: `${all[i]}-4`,
        exact: [value(i)],
        accuracy: value(i) / 100,
      }));
    const start = 'scores of one data set rank accuracies on another (Spearman above 0): generated';
    const judged = (count: number, value: (i: number) => number) =>
      verdictOf(start, ...of('generated', count, (i) => i + 1), ...of('templates', count, value)).judged;
    expect(judged(12, (i) => 1 + i)).toBe('met');
    expect(judged(5, (i) => [1, 5, 2, 4, 3][i]!)).toBe('open');
    expect(judged(12, (i) => 20 - i)).toBe('failed');
    expect(verdictOf('scores of one data set rank accuracies').judged).toBe('not tested');
  });
});

describe('the report', () => {
  const sectionsOf = (...given: Given[]) => nasiReport.sections(summarizeArms(given.map(nasiRecord)));

  it('has scores, choices and expectations, with what is published', () => {
    const sections = sectionsOf(
      ...many(8, (i) => ({ accuracy: i / 10 })),
      { dataset: 'templates', architecture: 'sss-4', accuracy: 0.4 },
      { architecture: 'rrrr-4', accuracy: 0.5, found: { method: 'nasi-ada', input: 'true', seconds: 1 } },
    );
    expect(sections.map(({ heading }) => heading)).toEqual([
      'Scores at initialization',
      'Choosing an architecture',
      'Expected values and directions',
    ]);
    const text = JSON.stringify(sections);
    expect(text).toContain('NASI-FIX 2.79 ± 0.07 / 16.12 ± 0.38, 4.4 M / 4.6 M, 0.24');
    expect(text).toContain('1.000 [1.000, 1.000]');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has no section without cells, and choices of searches alone', () => {
    expect(sectionsOf()).toEqual([]);
    const headings = sectionsOf({
      architecture: 'rrrr-4',
      accuracy: 0.5,
      found: { method: 'nasi-fix', input: 'true', seconds: 1 },
    }).map(({ heading }) => heading);
    expect(headings).toEqual(['Choosing an architecture', 'Expected values and directions']);
  });
});
