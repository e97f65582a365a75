import { describe, expect, it } from 'vitest';
import { idOf } from '../harness/cell-id.ts';
import {
  type CellRecord,
  errorOf,
  type FinishedRecord,
  gatedMetric,
  gatedValue,
  identityOf,
  measuredValue,
  passes,
  recordSchema,
} from '../harness/record.ts';
import { chainCells } from './helpers/chain-kind.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from './helpers/records.ts';
import { translationCells } from './helpers/translation-cells.ts';
import { recordOf } from './run/fixtures/record-of.mjs';

const image = fixtureRecord();
const failed = failedRecord('it broke');
const reader = recordOf(chainCells([[], [0]])[1]!);
const translated = recordOf(translationCells()[1]!, {
  measures: [
    { metric: 'bleu', value: 31.5, best: null },
    { metric: 'perplexity', value: 5.2, best: null },
  ],
});

/** Everything that is wrong with a record, a sentence each. */
function problemsOf(record: unknown): string[] {
  const parsed = recordSchema.safeParse(record);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => (path.length === 0 ? '' : `${path.join('.')}: `) + message);
}

const measure = (metric: string, value: number | null, best: number | null = null) => ({ metric, value, best });

describe('a record', () => {
  it.each<[string, CellRecord]>([
    ['of images', image],
    ['that failed', failed],
    ['that diverged', fixtureRecord({ status: 'diverged', value: null })],
    ['of translation', translated],
    ['that read from another', reader],
    ['with λ among its factors', fixtureRecord({}, {}, ['decay'])],
    ['of a method from a file', fixtureRecord({ origin: '/my.js' }, { methodDigest: 'a'.repeat(64) })],
  ])('%s has nothing wrong with it', (_, record) => {
    expect(problemsOf(record)).toEqual([]);
    expect(recordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  it('holds no text that would act on its reader, and none without bound', () => {
    const warnings = Array.from({ length: 1000 }, () => '\u001b]0;title\u0007warned');
    const error = `\u001b[31mred ${'x'.repeat(1_000_000)}`;
    const parsed = recordSchema.parse({ ...failed, warnings, error });
    expect(new Set(parsed.warnings)).toEqual(new Set(['warned', '901 more were left out.']));
    expect(errorOf(parsed)).toMatch(/^red x+\n\[[\d,]+ characters were left out here\]\nx+$/);
    expect(JSON.stringify(parsed).length).toBeLessThan(20_000);
    const phased = recordSchema.parse({ ...image, phases: [{ label: 'a\u0007', epochs: 2 }] });
    expect(phased).toMatchObject({ phases: [{ label: 'a', epochs: 2 }] });
    expect(problemsOf({ ...failed, '\u001b[31mnew': 1 })).toEqual(['Unrecognized key: "new"']);
  });

  it('is of version 2 alone', () => {
    expect(problemsOf({ ...image, version: 1 })).toEqual(['version: Invalid input: expected 2']);
  });
});

describe('a record is refused', () => {
  const config = fixtureConfig({ seed: 7 });
  it.each<[string, object, string[]]>([
    ['whose name no file can have', { cell: 'x'.repeat(201) }, ['its name has 201 bytes, more than 200']],
    ['whose id is not the hash of its configuration', { id: 'x' }, [`id is x, but its configuration says ${image.id}`]],
    ['of another kind', { kind: 'translation' }, ['kind is translation, but its configuration says image']],
    ['of another model', { model: 'resnet-8' }, ['model is resnet-8, but its configuration says resnet-20']],
    ['without its model', { model: null }, ['model is null, but its configuration says resnet-20']],
    ['of another data set', { dataset: 'cifar-10' }, ['dataset is cifar-10, but its configuration says generated']],
    ['of another seed', { seed: 1 }, ['seed is 1, but its configuration says 0']],
    [
      'of another configuration, in all that it contradicts',
      { config },
      [expect.stringMatching(/^id is /), 'seed is 0, but its configuration says 7'] as string[],
    ],
    [
      'with a factor of another value',
      { factors: image.factors.map((factor) => (factor.name === 'init' ? { ...factor, value: 'spectral' } : factor)) },
      ['factor init is spectral, but its configuration says default'],
    ],
    [
      'with a factor of another type',
      { factors: image.factors.map((factor) => (factor.name === 'budget' ? { ...factor, value: '0.1' } : factor)) },
      ['factor budget is 0.1, but its configuration says 0.1'],
    ],
    [
      'with a factor that its kind has not',
      { factors: [...image.factors, { name: 'sigma', value: 1 }] },
      ['factor sigma is 1, but its configuration says null'],
    ],
    [
      'whose first factor is not the method',
      { factors: image.factors.slice(1) },
      ['its first factor is not the method'],
    ],
    ['without a factor', { factors: [] }, ['its first factor is not the method']],
  ])('%s', (_, change, problems) => {
    expect(problemsOf({ ...image, ...change })).toEqual(problems);
    expect(problemsOf({ ...failed, ...change })).toEqual(problems);
  });

  it.each([
    'ratio',
    'weight_ratio',
    'parameters',
    'nonzero_parameters',
    'macs',
    'training_passes',
    'training_macs',
    'train_examples_per_second',
    'eval_examples_per_second',
    'step_ms',
    'rss_peak_bytes',
    'seconds',
    'test_examples',
  ])('of negative %s', (name) => {
    expect(problemsOf({ ...image, [name]: -1 })).toContainEqual(expect.stringMatching(new RegExp(`^${name}: .*>=0$`)));
  });

  it('whose configuration is impossible, in itself and consistently', () => {
    const impossible = { ...fixtureConfig(), budget: -5 };
    const factors = image.factors.map((factor) => (factor.name === 'budget' ? { ...factor, value: -5 } : factor));
    const record = { ...image, config: impossible, factors, id: idOf(impossible) };
    expect(problemsOf(record)).toEqual([expect.stringMatching(/^config\.budget: .*>0$/)]);
  });

  it('of another method than its configuration’s', () => {
    const factors = image.factors.map((factor) => (factor.name === 'method' ? { ...factor, value: 'dense' } : factor));
    expect(problemsOf({ ...image, factors })).toEqual(['factor method is dense, but its configuration says low-rank']);
  });

  it.each<[string, object]>([
    ['that lacks what it needs', { needs: [], needed_digests: [] }],
    ['that needs another cell', { needs: [{ ...reader.needs[0]!, id: 'x' }] }],
    ['that needs it in another role', { needs: [{ ...reader.needs[0]!, role: 'teacher' }] }],
    ['that needs it twice', { needs: [reader.needs[0]!, reader.needs[0]!], needed_digests: ['a', 'b'] }],
  ])('%s', (_, change) => {
    const problems = ['it names other needed cells than its configuration'];
    expect(problemsOf({ ...reader, ...change })).toEqual(problems);
  });

  it('that needs what its configuration does not, failed or finished', () => {
    const needs = [{ role: 'teacher', id: 'a', cell: 'b' }];
    const problems = ['it names other needed cells than its configuration'];
    expect(problemsOf({ ...image, needs, needed_digests: ['c'] })).toEqual(problems);
    expect(problemsOf({ ...failed, needs })).toEqual(problems);
  });

  it.each<[string, FinishedRecord, object, string[]]>([
    [
      'with more nonzero parameters than parameters',
      image,
      { nonzero_parameters: 27054 },
      ['nonzero_parameters is 27054, more than its 27053 parameters'],
    ],
    ['that keeps nothing but parameters', image, { ratio: 0 }, ['ratio is 0, but it has 27053 parameters']],
    [
      'that keeps a share of no parameters',
      image,
      { parameters: 0, nonzero_parameters: 0 },
      ['ratio is 0.1003, but it has 0 parameters'],
    ],
    ['above a bound', image, { measures: [measure('accuracy', 1.01)] }, ['accuracy 1.01 is above 1']],
    ['below a bound', translated, { measures: [measure('bleu', -0.1)] }, ['bleu -0.1 is below 0']],
    ['whose best is out of bounds', image, { measures: [measure('accuracy', 0.5, 1.5)] }, ['accuracy 1.5 is above 1']],
    [
      'with a further measure out of bounds',
      translated,
      { measures: [measure('bleu', 30), measure('perplexity', 0.5)] },
      ['perplexity 0.5 is below 1'],
    ],
    [
      'whose gated measure is not the first',
      translated,
      { measures: [measure('perplexity', 5.2), measure('bleu', 30)] },
      [
        'its first measure is perplexity instead of bleu',
        'its measures are not in the order of its kind (bleu, chrf, valid_loss, perplexity)',
      ],
    ],
    [
      'whose further measures are in another order',
      translated,
      { measures: [measure('bleu', 30), measure('perplexity', 5), measure('chrf', 50)] },
      ['its measures are not in the order of its kind (bleu, chrf, valid_loss, perplexity)'],
    ],
    [
      'that does not tell what it read of each needed cell',
      reader,
      { needed_digests: [] },
      ['it has 0 digests of what it read, but names 1 needed cells'],
    ],
    [
      'with a metric of another kind',
      image,
      { measures: [measure('accuracy', 0.5), measure('bleu', 30)] },
      ['measure bleu is none of its kind (accuracy)'],
    ],
    [
      'with a metric that nobody knows',
      image,
      { measures: [measure('accuracy', 0.5), measure('colour', 1)] },
      ['measure colour is none of its kind (accuracy)'],
    ],
    [
      'with two measures of a metric',
      image,
      { measures: [measure('accuracy', 0.5), measure('accuracy', 0.6)] },
      ['a metric has two measures'],
    ],
    [
      'completed without a value',
      image,
      { measures: [measure('accuracy', null)] },
      ['it is completed without accuracy'],
    ],
    [
      'with details where its kind has none',
      image,
      { details: {} },
      ['details: Invalid input: expected null, received object'],
    ],
    [
      'whose details are not those of its kind',
      translated,
      { details: { vocabulary: -1 } },
      expect.arrayContaining([
        'details.vocabulary: Too small: expected number to be >=0',
        expect.stringMatching(/^details\.samples: /),
      ]) as string[],
    ],
  ])('%s', (_, record, change, problems) => {
    expect(problemsOf({ ...record, ...change })).toEqual(problems);
  });

  it('of an unknown kind, naming the known ones', () => {
    const [problem, ...others] = problemsOf({ ...image, kind: 'poetry', config: { ...image.config, task: 'poetry' } });
    expect(problem).toMatch(/^config\.task: kind of task 'poetry' is unknown; known: image, translation/);
    expect(others).toEqual([]);
  });

  it('whose configuration does not fit its kind', () => {
    expect(problemsOf({ ...image, config: { ...image.config, budget: 0 } })).toEqual([
      'config.budget: Too small: expected number to be >0',
    ]);
  });

  it.each([
    ['a failed one with a result', { ...failed, measures: [] }],
    ['a failed one without a reason', { ...failed, error: undefined }],
    ['a completed one with a reason', { ...image, error: 'x' }],
    ['a diverged one without a reason', { ...image, status: 'diverged' }],
    ['one without measures', { ...image, measures: [] }],
    ['one with a number that is none', { ...image, measures: [measure('accuracy', Number.NaN)] }],
    ['one of no known status', { ...image, status: 'paused' }],
  ])('whose status does not go with its fields: %s', (_, record) => {
    expect(problemsOf(record).length).toBeGreaterThan(0);
  });
});

describe('what is read off a record', () => {
  it('is the gated metric and value, another metric’s, and the reason', () => {
    expect([gatedMetric(translated), gatedValue(translated)]).toEqual(['bleu', 31.5]);
    expect([measuredValue(translated, 'perplexity'), measuredValue(translated, 'chrf')]).toEqual([5.2, null]);
    expect([gatedMetric(failed), gatedValue(failed), measuredValue(failed, 'accuracy')]).toEqual([
      'accuracy',
      null,
      null,
    ]);
    const diverged = fixtureRecord({ status: 'diverged', value: null, error: 'no finite loss' });
    expect([translated, failed, diverged].map(errorOf)).toEqual([null, 'it broke', 'no finite loss']);
  });

  it('makes its cell’s identity again', () => {
    const cell = chainCells([[], [0]])[1]!;
    const {
      parameters: _parameters,
      cost: _cost,
      estimatedSeconds: _seconds,
      timeLimitSeconds: _limit,
      isNeeded: _read,
      ...identity
    } = cell;
    expect(identityOf(cell)).toEqual(identity);
    expect(identityOf(reader)).toEqual(identity);
  });
});

it.each([
  [1, 1, 0, true],
  [1, 1.01, 0.01, true],
  [1, 1.02, 0.01, false],
  [-3, -3.5, 0.5, true],
  [-3, -3.51, 0.5, false],
  [0, null, 10, false],
  [0, Number.NaN, 10, false],
])(
  'a check of exactness that expects %d and finds %s passes within %d: %s',
  (expected, measured, tolerance, passed) => {
    // 1.01 - 1 is a little above 0.01 in binary.
    const slack = tolerance === 0.01 ? tolerance + 1e-12 : tolerance;
    expect(passes({ name: 'sum', expected, measured, tolerance: slack })).toBe(passed);
  },
);
