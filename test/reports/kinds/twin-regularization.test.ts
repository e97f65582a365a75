import { describe, expect, it, test } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { cellNameOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import {
  type RecognizerName,
  type TwinConfig,
  type TwinDetails,
  twinConfigSchema,
  twinRegularization as words,
} from '../../../harness/spec/twin-regularization.ts';
import { twoSidedQuantile } from '../../../harness/statistics/student-t.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { recognizerArms } from '../../../reports/kinds/twin-regularization/error-values.ts';
import { expectationsOf, expectedValues, published } from '../../../reports/kinds/twin-regularization/expectations.ts';
import { twinRegularization } from '../../../suites/twin-regularization.ts';
import { report, section } from '../../helpers/markdown.ts';
import { finishedRecord, fixtureRecord } from '../../helpers/records.ts';

interface Given {
  method: RecognizerName;
  weight?: number;
  /** Frame errors by seed; those of the last update are 5 points more. */
  errors: readonly number[];
  /** What the first check of exactness has measured. */
  sees?: number;
  digest?: string;
  change?: (config: TwinConfig) => Partial<TwinConfig>;
}

function recordsOf({ method, weight, errors, sees = 0, digest, change = () => ({}) }: Given): FinishedRecord[] {
  const [experiment] = twinRegularization.profiles.nightly!.experiments;
  const { models, dataset, training } = experiment!;
  return errors.map((error, seed) => {
    const plain: TwinConfig = {
      task: 'twin-regularization',
      model: models[0]!,
      dataset,
      training,
      method,
      twinWeight: weight ?? null,
      lookAhead: 0,
      budget: 1,
      init: 'default',
      regularizer: 'none',
      seed,
    };
    const config = twinConfigSchema.parse({ ...plain, ...change(plain) });
    const factors = [
      { name: 'method', value: method },
      ...(weight === undefined ? [] : [{ name: 'twin_weight', value: weight }]),
      { name: 'budget', value: 1 },
      { name: 'init', value: 'default' },
      { name: 'regularizer', value: 'none' },
    ];
    const arm = { kind: words.task, model: words.model(config), dataset: words.dataset(config), factors };
    const details: TwinDetails = {
      chosen_update: 80,
      validation: { frame_error: error - 0.01, phone_error: 0.7 },
      last: { frame_error: error + 0.05, phone_error: 0.9 },
      trained_parameters: 6164,
      phones: 3000,
      substitutions: 500,
      insertions: 1000,
      deletions: 0,
    };
    const { status: _status, ...fields } = fixtureRecord();
    return finishedRecord({
      ...fields,
      ...arm,
      suite: 'twin-regularization',
      profile: 'nightly',
      id: idOf(config),
      cell: cellNameOf(arm, seed),
      seed,
      config,
      ratio: 1,
      measures: [
        { metric: 'frame_error', value: error, best: null },
        { metric: 'phone_error', value: 0.5, best: null },
      ],
      checks: [
        { name: 'outputs when future frames change: largest difference', expected: 0, measured: sees, tolerance: 0 },
      ],
      details,
      ...(digest === undefined ? {} : { weights_digest: digest.repeat(64) }),
      status: 'completed',
    } as never);
  });
}

const asExpected: FinishedRecord[] = [
  ...recordsOf({ method: 'unidirectional', errors: [0.41, 0.415, 0.42] }),
  ...recordsOf({ method: 'shared-twin', weight: 0.6, errors: [0.4, 0.404, 0.41] }),
  ...recordsOf({ method: 'bidirectional', errors: [0.35, 0.355, 0.35] }),
];
const judgedOf = (records: readonly FinishedRecord[]) => expectationsOf(recognizerArms(summarizeArms(records)));
const verdicts = (records: readonly FinishedRecord[]) =>
  Object.fromEntries(judgedOf(records).map(({ expected, judged }) => [expected, judged]));

test('every value of the reference is there, and every published one', () => {
  expect(expectedValues.map(({ seeds }) => seeds.length)).toEqual([3, 3, 3, 3, 2, 2, 2, 2]);
  expect(published).toHaveLength(7);
  const none = judgedOf(asExpected).filter(({ place }) => place === 'published');
  expect(none.map(({ judged }) => judged)).toEqual(published.map(() => 'not tested'));
});

describe('a value', () => {
  const judged = (errors: readonly number[]) =>
    judgedOf(recordsOf({ method: 'unidirectional', errors })).find(({ expected }) =>
      expected.includes('40.5 to 42.8'),
    )!;

  it('is met within 3 points of the range, open where its interval reaches there, and else failed', () => {
    expect(judged([0.38, 0.38]).judged).toBe('met');
    expect(judged([0.45, 0.455]).judged).toBe('met');
    expect(judged([0.5, 0.5]).judged).toBe('failed');
    expect(judged([0.3]).judged).toBe('failed');
    // Two seeds that differ by 0.1 have an interval of ±0.6.
    expect(judged([0.5, 0.6]).judged).toBe('open');
  });

  it('has the interval of Student’s t over the seeds', () => {
    const reach = (twoSidedQuantile(0.05, 2) * 0.01) / Math.sqrt(3);
    expect(judged([0.4, 0.41, 0.42]).measured).toBe(`41.0 ± ${(100 * reach).toFixed(1)} %`);
  });

  it('is of the prototype’s place alone', () => {
    const change = ({ dataset }: TwinConfig): Partial<TwinConfig> => ({ dataset: { ...dataset, noise: 1 } as never });
    const elsewhere = judgedOf(recordsOf({ method: 'unidirectional', errors: [0.41], change }));
    expect(
      elsewhere.filter(({ expected }) => expected.includes('frame error 4') && !expected.includes('TIMIT')),
    ).toEqual([]);
  });
});

describe('directions', () => {
  const [uni, twin, both] = [
    'the twin of shared weights errs less than none (shared-twin, λ = 0.6 against unidirectional)',
    'and at the last update (shared-twin, λ = 0.6 against unidirectional)',
    'reading both ways errs less than the twin (bidirectional against shared-twin, λ = 0.6)',
  ] as const;

  it('are met where the paired differences lie above zero', () => {
    const found = verdicts(asExpected);
    expect([found[uni], found[twin], found[both]]).toEqual(['met', 'met', 'met']);
    const { measured } = judgedOf(asExpected).find(({ expected }) => expected === uni)!;
    expect(measured).toMatch(/^\+1\.0 ± 0\.\d points fewer$/);
  });

  it('fail where they do not, and are open where the interval holds zero or for one seed', () => {
    const withTwin = (errors: readonly number[]) =>
      verdicts([
        ...recordsOf({ method: 'unidirectional', errors: [0.41, 0.415, 0.42] }),
        ...recordsOf({ method: 'shared-twin', weight: 0.6, errors }),
      ])[uni];
    expect(withTwin([0.42, 0.42, 0.43])).toBe('failed');
    expect(withTwin([0.38, 0.43, 0.41])).toBe('open');
    expect(withTwin([0.4])).toBe('open');
  });
});

describe('identities', () => {
  const identity = 'a twin of λ = 0 leaves the weights of the unidirectional network, to the bit';
  const withZero = (digest: string) => [
    ...recordsOf({ method: 'unidirectional', errors: [0.41], digest: 'a' }),
    ...recordsOf({ method: 'shared-twin', weight: 0, errors: [0.41], digest }),
  ];

  it('of λ = 0 are told by the weights', () => {
    expect(verdicts(withZero('a'))[identity]).toBe('met');
    expect(verdicts(withZero('b'))[identity]).toBe('failed');
  });

  it('of the checks fail with one that does', () => {
    const about =
      'unidirectional: sees no frame of the future but those that it may; operations and parameters of the unidirectional network';
    expect(verdicts(asExpected)[about]).toBe('met');
    expect(verdicts(recordsOf({ method: 'unidirectional', errors: [0.41], sees: 1e-9 }))[about]).toBe('failed');
  });

  it('hold no twin of λ = 0 against anything else', () => {
    const records = [...asExpected, ...recordsOf({ method: 'shared-twin', weight: 0, errors: [0.41] })];
    const contrasts = section(report({ records }), 'What method changes').join('\n');
    expect(contrasts).toContain('shared-twin - unidirectional');
    expect(contrasts).not.toMatch(/1 seed\b/);
  });
});

it('holds a run of the published recognizer against the published values', () => {
  const change = (): Partial<TwinConfig> => ({
    model: { name: 'recurrent', cell: 'light-gru', layers: 5, width: 550 },
    dataset: { name: 'kaldi', frames: 100, blank: null },
  });
  const found = verdicts(recordsOf({ method: 'unidirectional', errors: [0.47, 0.475], change }));
  expect(found['TIMIT, unidirectional: frame error 47.1 %']).toBe('met');
  expect(found['TIMIT, shared-twin, λ = 0.6: frame error 45.9 %']).toBe('not tested');
});

describe('the sections', () => {
  const text = report({ records: asExpected });

  it('tell errors with intervals, and what a twin costs', () => {
    const rows = section(text, 'Errors of frames and phones').join('\n');
    expect(rows).toMatch(
      /minimal-gru-1x32 on spoken-words-1\.8 \| [^|]*shared-twin[^|]*\| +3 \| +40\.5 ± 1\.3 \| +45\.5 ± 1\.3 \| +50\.0/,
    );
    expect(rows).toContain('6,164');
  });

  it('tell every expectation with its verdict', () => {
    const rows = section(text, 'Expected values and directions').join('\n');
    expect(rows).toMatch(/Of \d+: \d+ met/);
    expect(rows).toMatch(/unidirectional: frame error 40\.5 to 42\.8 % +\| 41\.5 ± 1\.2 % +\| met/);
    expect(rows).toContain('Twin Networks on WSJ');
  });
});
