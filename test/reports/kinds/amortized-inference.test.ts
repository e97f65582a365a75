import { describe, expect, it } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { cellNameOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import {
  type AmortizedConfig,
  type AmortizedDetails,
  type AmortizedExperimentSpec,
  type ObjectiveSpec,
  amortizedInference as words,
} from '../../../harness/spec/amortized-inference.ts';
import type { DenoisingEncoderDetails } from '../../../harness/spec/denoising-encoder.ts';
import { twoSidedQuantile } from '../../../harness/statistics/student-t.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { estimatedArmsOf, testInferenceGap } from '../../../reports/kinds/amortized-inference/estimated-arms.ts';
import {
  directions,
  expectationsOf,
  expectedValues,
  settingsOf,
} from '../../../reports/kinds/amortized-inference/expectations.ts';
import { noiseFigures, noisePoints } from '../../../reports/kinds/amortized-inference/noise-figure.ts';
import { amortizedInferenceReport } from '../../../reports/kinds/amortized-inference.ts';
import {
  type EncoderExpectation,
  encoderExpectations,
} from '../../../reports/kinds/denoising-encoder/encoder-section.ts';
import { natsText } from '../../../reports/kinds/estimates.ts';
import { amortizedInference } from '../../../suites/amortized-inference.ts';
import { finishedRecord, fixtureRecord } from '../../helpers/records.ts';

/** ln p(x) of test and training examples, the inference gap, and ln p(x) where it is stopped early. */
interface Nats {
  test: number;
  train?: number;
  gap?: number;
  early?: number;
}

const [experiment] = amortizedInference.profiles.nightly!.experiments as AmortizedExperimentSpec[];

function recordsOf(objective: ObjectiveSpec, bySeed: readonly Nats[], steps = 3000): FinishedRecord[] {
  return bySeed.map(({ test, train = test + 5, gap = 1, early = test }, seed) => {
    const { models, dataset, training, estimate } = experiment!;
    const config: AmortizedConfig = {
      task: 'amortized-inference',
      model: models[0]!,
      dataset,
      training: { ...training, steps },
      estimate,
      objective,
      method: 'dense',
      init: 'default',
      regularizer: 'none',
      budget: 1,
      seed,
    };
    const factors = Object.entries(words.factors).flatMap(([name, { of }]) => {
      const value = of(config);
      return value === null || ['decay', 'learning_rate', 'tuning'].includes(name) ? [] : [{ name, value }];
    });
    const arm = { kind: words.task, model: words.model(config), dataset: words.dataset(config), factors };
    const part = (likelihood: number) => ({
      examples: 500,
      log_likelihood: likelihood,
      standard_error: 0.2,
      elbo: likelihood - gap,
    });
    const details: AmortizedDetails = {
      samples: 500,
      fixed: { step: steps, train: part(train), test: part(test) },
      early: { step: 700, train: part(train), test: part(early) },
      encoder_parameters: 18_216,
      dense_encoder_parameters: 18_216,
      largest_column_norm: 1,
    };
    const values = [test, early, test - gap, gap, train - test];
    const { status: _status, ...fields } = fixtureRecord();
    return finishedRecord({
      ...fields,
      ...arm,
      suite: 'amortized-inference',
      profile: 'nightly',
      id: idOf(config),
      cell: cellNameOf(arm, seed),
      seed,
      config,
      measures: words.metrics.map((metric, index) => ({ metric, value: values[index]!, best: null })),
      details,
      status: 'completed',
    } as never);
  });
}

const vae: ObjectiveSpec = { name: 'vae' };
const noisy = (sigma: number): ObjectiveSpec => ({ name: 'denoising', sigma });
const bounded = (bound: number): ObjectiveSpec => ({ name: 'weight-bound', bound });

/** As the prototype measured them. */
const asExpected = [
  ...recordsOf(vae, [
    { test: -33.1, train: -18.4, gap: 4.1, early: -30 },
    { test: -33.2, train: -18.2, gap: 4.4, early: -30.1 },
  ]),
  ...recordsOf(noisy(0.3), [
    { test: -31.2, train: -20.7, gap: 2.8, early: -29.8 },
    { test: -31.4, train: -20.4, gap: 2.7, early: -29.9 },
  ]),
  ...recordsOf(noisy(0.6), [
    { test: -30.3, train: -24.2, gap: 1.9 },
    { test: -30.3, train: -24, gap: 2.2 },
  ]),
  ...recordsOf(noisy(1), [
    { test: -31.7, train: -29, gap: 1.1 },
    { test: -31.7, train: -28.9, gap: 1.2 },
  ]),
];
const settingOf = (records: readonly FinishedRecord[]) => settingsOf(estimatedArmsOf(summarizeArms(records)))[0]!;
const judged = (records: readonly FinishedRecord[]) =>
  new Map(expectationsOf(settingOf(records)).map(({ claim, judged: verdict }) => [claim, verdict]));

describe('expectations', () => {
  it('are all listed, tested or not', () => {
    expect(expectedValues).toHaveLength(12 + 4);
    expect(directions).toHaveLength(3 + 2 + 3 + 3 + 1);
    const all = expectationsOf(settingOf(recordsOf(vae, [{ test: -33.1 }])));
    expect(all).toHaveLength(16 + 12 + 1);
    expect(all.filter((one) => one.judged === 'not tested').length).toBeGreaterThan(20);
  });

  it('are met where the arms are as expected', () => {
    const verdicts = judged(asExpected);
    expect([...verdicts.values()].filter((verdict) => verdict === 'failed')).toEqual([]);
    expect(verdicts.get('the best σ is inside: 0.6 against none')).toBe('met');
    expect(verdicts.get('training ln p(x) falls with σ: denoising 0.6 against denoising 1')).toBe('met');
    expect(verdicts.get('vae: inference gap (prototype: by 500 samples)')).toBe('met');
    expect(verdicts.get('a bound of 0.5 on the weights gains')).toBe('not tested');
  });

  it.each<[string, FinishedRecord[], string, string]>([
    [
      'noise that does not help',
      [
        ...recordsOf(vae, [{ test: -30 }, { test: -30.1 }]),
        ...recordsOf(noisy(0.6), [{ test: -30.3 }, { test: -30.3 }]),
      ],
      'the best σ is inside: 0.6 against none',
      'failed',
    ],
    [
      'a best σ at the end',
      [
        ...recordsOf(noisy(0.6), [{ test: -30.3 }, { test: -30.2 }]),
        ...recordsOf(noisy(1), [{ test: -29 }, { test: -29 }]),
      ],
      'the best σ is inside: 0.6 against 1',
      'failed',
    ],
    [
      'a gap that grows with σ',
      [
        ...recordsOf(vae, [
          { test: -33, gap: 1 },
          { test: -33, gap: 1.1 },
        ]),
        ...recordsOf(noisy(0.3), [
          { test: -31, gap: 2 },
          { test: -31, gap: 2.1 },
        ]),
      ],
      'inference gap of test examples falls with σ: vae against denoising 0.3',
      'failed',
    ],
    [
      'early stopping that takes nothing of the gain',
      [...recordsOf(vae, [{ test: -33 }, { test: -33.1 }]), ...recordsOf(noisy(0.3), [{ test: -31 }, { test: -31 }])],
      'stopping early takes most of the gain of σ = 0.3: gain after the fixed length less twice that',
      'failed',
    ],
    [
      'a value far off',
      recordsOf(vae, [{ test: -36 }, { test: -36.1 }]),
      'vae: test ln p(x) (prototype: by 500 samples)',
      'failed',
    ],
    [
      'one within 2 nats',
      recordsOf(vae, [{ test: -35 }, { test: -35.1 }]),
      'vae: test ln p(x) (prototype: by 500 samples)',
      'met',
    ],
    [
      'one whose interval reaches there',
      recordsOf(vae, [{ test: -35.5 }, { test: -36.5 }]),
      'vae: test ln p(x) (prototype: by 500 samples)',
      'open',
    ],
    [
      'a single seed of a difference',
      [...recordsOf(vae, [{ test: -33 }]), ...recordsOf(noisy(0.6), [{ test: -30 }])],
      'the best σ is inside: 0.6 against none',
      'open',
    ],
    [
      'a bound that costs',
      [...recordsOf(vae, [{ test: -33 }, { test: -33.1 }]), ...recordsOf(bounded(0.5), [{ test: -34 }, { test: -34 }])],
      'a bound of 0.5 on the weights gains',
      'failed',
    ],
  ])('%s', (_, records, claim, verdict) => {
    expect(judged(records).get(claim)).toBe(verdict);
  });

  it('are of dense encoders that are trained as the prototype was', () => {
    expect(settingsOf(estimatedArmsOf(summarizeArms(recordsOf(vae, [{ test: -33 }], 300))))).toEqual([]);
  });
});

describe('the sections', () => {
  const sections = amortizedInferenceReport.sections(summarizeArms(asExpected));
  const tables = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : [])),
  );

  it('tell both ways to stop, with intervals and gaps', () => {
    expect(sections.map(({ heading }) => heading)).toEqual([
      'Log-likelihood and gaps',
      'Expected values and directions',
    ]);
    const reach = ((twoSidedQuantile(0.05, 1) * 0.1) / Math.SQRT2 / Math.SQRT2).toFixed(2);
    expect(tables[0]!.rows[0]).toEqual(
      expect.arrayContaining(['18,216', '3,000', `-33.15 ± ${reach}`, '-18.30 ± 1.27', '4.25 ± 1.91', '14.85 ± 1.91']),
    );
    expect(tables[1]!.rows[0]).toEqual(expect.arrayContaining(['700', `-30.05 ± ${reach}`]));
    expect(tables[2]!.rows[0]).toEqual(
      expect.arrayContaining(['the best σ is inside: 0.6 against none', '+2 to +3', '+2.85 ± 0.64', 'met']),
    );
  });

  it('draw what noise changes, from none on, where three values of σ tell', () => {
    const arms = estimatedArmsOf(summarizeArms([...asExpected, ...recordsOf(bounded(0.5), [{ test: -31 }])]));
    const points = noisePoints(arms, testInferenceGap);
    expect(points.map(({ sigma, stop }) => `${sigma} ${stop}`)).toEqual([
      ...[0, 0.3, 0.6, 1].map((sigma) => `${sigma} after the fixed length`),
      ...[0, 0.3, 0.6, 1].map((sigma) => `${sigma} stopped early`),
    ]);
    const [{ value, low, high }] = points as [(typeof points)[number]];
    expect(value).toBeCloseTo(4.25, 10);
    expect([value - low, high - value].map((reach) => reach.toFixed(2))).toEqual(['1.91', '1.91']);
    const figures = noiseFigures(arms).map(({ title }) => title);
    expect(figures).toEqual(['Noise in the encoder’s input, autoencoder-100-100-z8 on generated-binary']);
    const shown = sections[0]!.blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure.title] : []));
    expect(shown).toEqual(figures);
  });

  it('draw nothing of two values', () => {
    const two = [...recordsOf(vae, [{ test: -33 }]), ...recordsOf(noisy(0.6), [{ test: -30 }])];
    expect(noiseFigures(estimatedArmsOf(summarizeArms(two)))).toEqual([]);
  });

  it('are none without a result', () => {
    expect(amortizedInferenceReport.sections([])).toEqual([]);
  });

  it('have signs on differences', () => {
    expect(natsText({ mean: 2, reach: null }, true)).toBe('+2.00');
    expect(natsText({ mean: -2, reach: 0.5 }, true)).toBe('-2.00 ± 0.50');
  });
});

describe('expectations of the denoising encoder', () => {
  const details = (own: Partial<NonNullable<DenoisingEncoderDetails>>) => ({
    error: 0.05,
    variance: 0.25,
    divergence: 0.5,
    least_divergence: 0.45,
    constant_divergence: 1,
    standard_deviation: 0.7,
    ...own,
  });
  const arm = (sigma: number, all: readonly NonNullable<DenoisingEncoderDetails>[]) => ({
    arm: {} as never,
    sigma,
    details: new Map(all.map((one, seed) => [seed, one])),
  });
  const verdictOf = (all: readonly EncoderExpectation[], start: string) =>
    all.find(({ claim }) => claim.startsWith(start))?.judged;

  it('are met, failed, open or not tested', () => {
    const all = encoderExpectations([
      arm(0.5, [details({ least_divergence: 0.1 }), details({ least_divergence: 0.12 })]),
      arm(1, [details({ least_divergence: 0.5, error: 0.2 }), details({ least_divergence: 0.56, error: 0.2 })]),
    ]);
    expect(all).toHaveLength(4 + 1 + 4 + 3);
    expect(verdictOf(all, 'error at σ = 0.5')).toBe('met');
    expect(verdictOf(all, 'error at σ = 1')).toBe('failed');
    expect(verdictOf(all, 'error at σ = 5')).toBe('not tested');
    expect(verdictOf(all, 'variance at σ = 0.5')).toBe('met');
    // The points' spread, which decides it, is not that of the prototype.
    expect(verdictOf(all, 'least divergence over a constant encoder’s at σ = 1')).toBe('not tested');
    expect(verdictOf(all, 'the least divergence rises with σ: 1 against 0.5')).toBe('met');
    expect(verdictOf(all, 'the least divergence rises with σ: 5')).toBe('not tested');
  });

  it('fail for a divergence that falls', () => {
    const all = encoderExpectations([
      arm(0.5, [details({ least_divergence: 0.9 }), details({ least_divergence: 0.91 })]),
      arm(1, [details({ least_divergence: 0.8 }), details({ least_divergence: 0.8 })]),
      arm(5, [details({ least_divergence: 0.5 })]),
    ]);
    expect(verdictOf(all, 'the least divergence rises with σ: 1 against 0.5')).toBe('failed');
  });
});
