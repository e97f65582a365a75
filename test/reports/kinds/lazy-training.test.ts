import { describe, expect, it } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { cellNameOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import {
  type FitName,
  type LazyTrainingConfig,
  type LazyTrainingDetails,
  lazyTraining,
  type RegimeName,
  type TargetName,
} from '../../../harness/spec/lazy-training.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { expectationsOf } from '../../../reports/kinds/lazy-training/expectations.ts';
import { fittedArmsOf } from '../../../reports/kinds/lazy-training/fitted-arms.ts';
import { limitRisk } from '../../../reports/kinds/lazy-training/limits.ts';
import { theoryPoints } from '../../../reports/kinds/lazy-training/risk-section.ts';
import { lazyTrainingReport } from '../../../reports/kinds/lazy-training.ts';
import { unsized } from '../../helpers/other-kinds.ts';
import { finishedRecord, fixtureRecord } from '../../helpers/records.ts';

interface Given {
  regime: RegimeName;
  ratio?: number;
  target?: TargetName;
  dimension?: number;
  fit?: FitName;
  seed?: number;
  risk: number;
  sampled?: number;
  details?: Partial<LazyTrainingDetails>;
}

const fits: Record<FitName, LazyTrainingConfig['fit']> = {
  'closed-form': { name: 'closed-form' },
  'gradient-descent': { name: 'gradient-descent', learningRate: 0.1, momentum: 0.9, steps: 10 },
  adam: { name: 'adam', learningRate: 0.01, batchSize: 10, steps: 3000, falls: [] },
};

/** One seed each. */
function tangents(...risks: number[]): Given[] {
  return risks.map((risk, seed) => ({ regime: 'neural-tangent', dimension: 100, seed, risk }));
}

/** A record of lazy training with a risk, which is the least one where nothing else is said. */
function lazyRecord({ regime, risk, ratio = 0.5, target = 'quadratic', ...given }: Given): FinishedRecord {
  const { dimension = 200, fit = 'closed-form', seed = 0, sampled = risk, details } = given;
  const config: LazyTrainingConfig = {
    task: 'lazy-training',
    target,
    dimension,
    sampledExamples: 100,
    method: regime,
    widthRatio: ratio,
    fit: fits[fit],
    seed,
  };
  const factors = Object.entries(lazyTraining.factors).map(([name, words]) => ({ name, value: words.of(config)! }));
  const arm = { kind: 'lazy-training', model: null, dataset: lazyTraining.dataset(config), factors };
  return finishedRecord({
    ...fixtureRecord(),
    ...unsized,
    ...arm,
    id: idOf(config),
    cell: cellNameOf(arm, seed),
    seed,
    config,
    suite: 'lazy-training',
    measures: [
      { metric: 'relative_risk', value: risk, best: null },
      { metric: 'sampled_risk', value: sampled, best: null },
    ],
    details: {
      width: ratio * dimension,
      trained_parameters: 9,
      constant_risk: 4,
      optimum: risk,
      mean_optimum: null,
      squared_norm: 2,
      trace_share: 0.5,
      sampled_standard_error: 0.01,
      ...details,
    },
    curve: [],
    phases: [],
    data_source: null,
    train_examples: null,
    validation_examples: null,
    test_examples: null,
  });
}

const fittedOf = (...given: Given[]) => fittedArmsOf(summarizeArms(given.map(lazyRecord)));
const verdictOf = (start: string, ...given: Given[]) =>
  expectationsOf(fittedOf(...given)).find(({ expected }) => expected.startsWith(start))!;

describe('the limits', () => {
  it.each([
    ['random-features', [0.9, 0.833, 0.786, 0.75, 0.667]],
    ['neural-tangent', [0.656, 0.375, 0.156, 0, 0]],
    ['neural-network', [0.163, 0.033, 0.003, 0, 0]],
  ] as const)('of the quadratic target are those of the authors’ setting: %s', (regime, expected) => {
    const found = [0.25, 0.5, 0.75, 1, 2].map((ratio) => limitRisk('quadratic', regime, ratio));
    found.forEach((value, i) => void expect(Math.abs(value - expected[i]!)).toBeLessThan(0.0006));
    expect(limitRisk('quadratic', regime, 0)).toBe(1);
  });

  it('of NN are the share beyond the largest values of a large sample', () => {
    const n = 20_000;
    // Quantiles in the middle of n equal parts.
    const quantiles = (inverse: (p: number) => number) => Array.from({ length: n }, (_, i) => inverse((i + 0.5) / n));
    const shareBeyond = (values: readonly number[], ratio: number) => {
      const squares = values.map((value) => value * value).sort((a, b) => b - a);
      const sum = (all: readonly number[]) => all.reduce((total, value) => total + value, 0);
      return sum(squares.slice(Math.round(ratio * n))) / sum(squares);
    };
    for (const ratio of [0.1, 0.25, 0.6]) {
      const exponential = shareBeyond(
        quantiles((p) => -Math.log(1 - p)),
        ratio,
      );
      expect(limitRisk('quadratic', 'neural-network', ratio)).toBeCloseTo(exponential, 3);
      const uniform = shareBeyond(
        quantiles((p) => p),
        ratio,
      );
      expect(limitRisk('mixture', 'neural-network', ratio)).toBeCloseTo(1 / (1 + (2 / 3) * (1 - uniform)), 3);
    }
  });

  it('of the mixture go from 1 to 0.6, that of all forms', () => {
    for (const regime of ['neural-tangent', 'neural-network'] as const) {
      for (const [ratio, limit] of [
        [0, 1],
        [1, 0.6],
        [3, 0.6],
      ] as const) {
        expect(limitRisk('mixture', regime, ratio)).toBeCloseTo(limit, 12);
      }
    }
    expect(limitRisk('mixture', 'random-features', 1)).toBeCloseTo(1 / (1 + (2 / 3) * (3 / 8)), 12);
  });

  it('are drawn from 0 to the largest ratio', () => {
    const points = theoryPoints('quadratic', 1.5).filter(({ regime }) => regime === 'NT');
    expect(points[0]).toEqual({ regime: 'NT', ratio: 0, risk: 1 });
    expect(points.at(-1)).toEqual({ regime: 'NT', ratio: 1.5, risk: 0 });
  });
});

describe('expectations', () => {
  it.each<[string, string, Given[], boolean | null]>([
    ['a limit is met', 'RF, quadratic, N/d = 0.5', [{ regime: 'random-features', risk: 0.84 }], true],
    ['a limit fails', 'RF, quadratic, N/d = 0.5', [{ regime: 'random-features', risk: 0.86 }], false],
    ['from below', 'RF, quadratic, N/d = 2', [{ regime: 'random-features', ratio: 2, risk: 0.6 }], true],
    ['not from above', 'RF, quadratic, N/d = 2', [{ regime: 'random-features', ratio: 2, risk: 0.7 }], false],
    [
      'few dimensions say nothing',
      'NT, quadratic, N/d = 0.5',
      [{ regime: 'neural-tangent', dimension: 100, risk: 0.3 }],
      null,
    ],
    ['a prototype’s mean', 'NT, quadratic, d = 100', tangents(0.37, 0.38, 0.39), true],
    ['another mean', 'NT, quadratic, d = 100', tangents(0.27, 0.28, 0.29), false],
    ['a mean of one target', 'NT, quadratic, d = 100', tangents(0.38), null],
    [
      'the order of regimes',
      'NN beats NT',
      [
        { regime: 'random-features', risk: 0.8 },
        { regime: 'neural-tangent', risk: 0.4 },
        { regime: 'neural-network', risk: 0.1 },
      ],
      true,
    ],
    [
      'another order',
      'NN beats NT',
      [
        { regime: 'random-features', risk: 0.8 },
        { regime: 'neural-tangent', risk: 0.1 },
        { regime: 'neural-network', risk: 0.4 },
      ],
      false,
    ],
    [
      'RF that falls',
      'RF falls',
      [
        { regime: 'random-features', ratio: 0.25, risk: 0.9 },
        { regime: 'random-features', risk: 0.8 },
      ],
      true,
    ],
    [
      'RF that rises',
      'RF falls',
      [
        { regime: 'random-features', ratio: 0.25, risk: 0.7 },
        { regime: 'random-features', risk: 0.8 },
      ],
      false,
    ],
    ['RF that vanishes', 'RF, quadratic: stays', [{ regime: 'random-features', risk: 0 }], false],
    ['NT that vanishes', 'NT and NN, quadratic: zero', [{ regime: 'neural-tangent', ratio: 1, risk: 0 }], true],
    ['NT that does not', 'NT and NN, quadratic: zero', [{ regime: 'neural-tangent', ratio: 1, risk: 1e-3 }], false],
    [
      'descent beside the least risk',
      'NN: gradient descent',
      [{ regime: 'neural-network', fit: 'gradient-descent', risk: 0.17, details: { optimum: 0.16 } }],
      false,
    ],
    ['a risk above 1', 'No best network', [{ regime: 'random-features', risk: 1.1 }], false],
    ['examples that disagree', 'Fresh examples', [{ regime: 'random-features', risk: 0.8, sampled: 0.9 }], false],
    [
      'Adam below the least risk',
      'Adam on fresh',
      [{ regime: 'random-features', fit: 'adam', risk: 0.8, details: { optimum: 0.81 } }],
      false,
    ],
    [
      'mixtures of all forms',
      'Mixture: NT and NN',
      (['random-features', 'neural-tangent', 'neural-network'] as const).map((regime) => ({
        regime,
        target: 'mixture' as const,
        ratio: 1,
        risk: regime === 'random-features' ? 0.8 : 0.6,
      })),
      true,
    ],
  ])('%s', (_, start, given, met) => {
    expect(verdictOf(start, ...given).met).toBe(met);
  });

  it('are all listed, tested or not', () => {
    const all = expectationsOf(fittedOf({ regime: 'random-features', risk: 0.84 }));
    expect(all).toHaveLength(15 + 4 + 10);
    expect(all.filter(({ met }) => met === null).length).toBeGreaterThan(10);
  });
});

describe('the sections', () => {
  const arms = summarizeArms([
    lazyRecord({ regime: 'random-features', risk: 0.84 }),
    lazyRecord({ regime: 'random-features', seed: 1, risk: 0.82 }),
    lazyRecord({ regime: 'neural-network', risk: 0.03, target: 'mixture' }),
  ]);
  const sections = lazyTrainingReport.sections(arms);

  it('draw each target’s risks on the limits, and count what is met', () => {
    expect(sections.map(({ heading }) => heading)).toEqual([
      'Risks over N/d, against theory',
      'Expected values and directions',
    ]);
    const figures = sections[0]!.blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure.title] : []));
    expect(figures).toEqual(['Risk over N/d, mixture-d200', 'Risk over N/d, quadratic-d200']);
    const [table] = sections[0]!.blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : [])).slice(1);
    expect(table!.rows[0]).toEqual([
      'RF',
      '0.5',
      '100',
      'closed-form',
      '9',
      '2',
      '0.8300 ± 0.0141',
      '0.8300',
      '0.0e+0',
      '–',
      '0.8333',
      '0.8300',
    ]);
    expect(sections[1]!.blocks[0]).toMatchObject({
      text: expect.stringMatching(/Of 29 expectations this run tests \d+: /),
    });
  });

  it('are none without a result', () => {
    expect(lazyTrainingReport.sections([])).toEqual([]);
  });
});
