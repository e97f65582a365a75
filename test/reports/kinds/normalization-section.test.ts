import { describe, expect, it } from 'vitest';
import { idOf } from '../../../harness/cell-id.ts';
import { cellNameOf } from '../../../harness/cell-name.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import { type NormalizationConfig, normalization, type ProductSeries } from '../../../harness/spec/normalization.ts';
import { twoSidedQuantile } from '../../../harness/statistics/student-t.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { equivalencesOf } from '../../../reports/kinds/normalization/equivalence.ts';
import { normPoints } from '../../../reports/kinds/normalization/norm-section.ts';
import { settingsOf } from '../../../reports/kinds/normalization/settings.ts';
import { report, section } from '../../helpers/markdown.ts';
import { finishedRecord, fixtureConfig, fixtureRecord } from '../../helpers/records.ts';

interface Given {
  value: number;
  regularizer: NormalizationConfig['regularizer'];
  seed: number;
  init?: NormalizationConfig['init'];
  details?: ProductSeries;
}

const series = (norm: number): ProductSeries => ({
  steps: [1, 2],
  norms: [norm, norm / 2],
  effective_learning_rates: [0.1 / norm ** 2, 0.4 / norm ** 2],
});

function recordOf({ value, regularizer, seed, init = 'spectral', details = series(2) }: Given): FinishedRecord {
  const { regularizer: _regularizer, init: _init, ...image } = fixtureConfig({ seed });
  const config: NormalizationConfig = {
    ...image,
    task: 'normalization',
    regularizer,
    init,
    budget: 0.1111,
    budgetUnit: 'rank-scale',
    equivalenceMargin: 0.02,
  };
  const factors = Object.entries(normalization.factors)
    .filter(([name]) => ['method', 'budget', 'init', 'regularizer'].includes(name))
    .map(([name, words]) => ({ name, value: words.of(config)! }));
  const arm = {
    kind: 'normalization',
    model: normalization.model(config),
    dataset: normalization.dataset(config),
    factors,
  };
  const needs = (normalization.needs?.(config) ?? []).map(({ role, config: of }) => ({
    role,
    id: idOf(of),
    cell: 'frob',
  }));
  const { status: _status, ...fields } = fixtureRecord({ value });
  return finishedRecord({
    ...fields,
    ...arm,
    suite: 'normalization',
    id: idOf(config),
    cell: cellNameOf(arm, seed),
    seed,
    config,
    needs,
    needed_digests: needs.map(() => 'digest'),
    details,
    status: 'completed',
  } as never);
}

/** Values by treatment, one a seed. */
function recordsOf(
  values: Readonly<Partial<Record<'none' | 'frob' | 'norm', number[]>>>,
  init: NormalizationConfig['init'] = 'spectral',
): FinishedRecord[] {
  const regularizers = { none: 'no-factor-decay', frob: 'frobenius-decay', norm: 'frobenius-norms' } as const;
  return Object.entries(values).flatMap(([treatment, own]) =>
    own!.map((value, seed) =>
      recordOf({ value, regularizer: regularizers[treatment as keyof typeof regularizers], seed, init }),
    ),
  );
}

const testedOf = (records: readonly FinishedRecord[]) => equivalencesOf(settingsOf(summarizeArms(records)));

describe('whether norms do what Frobenius decay does', () => {
  const frob = [0.5, 0.52, 0.48];

  it('is a paired test against the margin, with its interval by hand', () => {
    // Differences of 0.001, 0.003, 0.002: mean 0.002, s = 0.001, n = 3.
    const [found, ...others] = testedOf(recordsOf({ frob, norm: [0.501, 0.523, 0.482] }));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ n: 3, margin: 0.02, verdict: 'equivalent' });
    expect(found!.difference).toBeCloseTo(0.002, 12);
    expect(found!.sd).toBeCloseTo(0.001, 12);
    const reach = (twoSidedQuantile(0.1, 2) * 0.001) / Math.sqrt(3);
    expect(found!.test!.interval[0]).toBeCloseTo(0.002 - reach, 12);
    expect(found!.test!.interval[1]).toBeCloseTo(0.002 + reach, 12);
    expect(found!.power).toBeGreaterThan(0.99);
    expect(found!.seedsWanted).toBe(2);
  });

  it.each<[string, number[]]>([
    ['different', [0.45, 0.471, 0.429]],
    ['not decidable at these seeds', [0.55, 0.5, 0.46]],
  ])('is %s', (verdict, norm) => {
    const [found] = testedOf(recordsOf({ frob, norm }));
    expect(found!.verdict).toBe(verdict);
  });

  it('takes a difference beyond the margin’s reach for none of equivalence, however sure', () => {
    const [found] = testedOf(recordsOf({ frob, norm: frob.map((value, seed) => value - 0.0205 - seed * 1e-5) }));
    expect(found!.verdict).toBe('different');
  });

  it('is not equivalent where a seed diverged in one arm and completed in the other', () => {
    const records = recordsOf({ frob: [...frob, 0.5], norm: [0.501, 0.523, 0.482, 0.5] });
    const lost = {
      ...records.at(-1)!,
      status: 'diverged',
      measures: [{ metric: 'accuracy', value: null, best: null }],
    };
    const [found] = testedOf([...records.slice(0, -1), lost as FinishedRecord]);
    expect(found).toMatchObject({ n: 3, partsByDivergence: true, verdict: 'not decidable at these seeds' });
  });

  it('needs two seeds, and a spread', () => {
    const [once] = testedOf(recordsOf({ frob: [0.5], norm: [0.5] }));
    expect(once).toMatchObject({ n: 1, test: null, power: null, verdict: 'not decidable at these seeds' });
    const [equal] = testedOf(recordsOf({ frob, norm: frob }));
    expect(equal).toMatchObject({ n: 3, test: null, verdict: 'not decidable at these seeds' });
  });

  it('leaves out what has no partner, and pairs inits apart', () => {
    expect(testedOf(recordsOf({ none: frob, frob }))).toEqual([]);
    const found = testedOf([
      ...recordsOf({ frob, norm: [0.501, 0.523, 0.482] }),
      ...recordsOf({ frob, norm: [0.4, 0.42, 0.39] }, 'default'),
    ]);
    expect(found.map(({ setting, verdict }) => [setting.config.init, verdict])).toEqual([
      ['default', 'different'],
      ['spectral', 'equivalent'],
    ]);
  });
});

describe('the report', () => {
  const records = recordsOf({ none: [0.4, 0.41, 0.42], frob: [0.5, 0.52, 0.48], norm: [0.501, 0.523, 0.482] });
  const markdown = report({ records });

  it('states the claim’s outcome, the margin and the power', () => {
    const text = section(markdown, 'Whether norms alone do what Frobenius decay does').join('\n');
    expect(text).toContain('Of 1 setting of several seeds they are equivalent in 1, different in 0');
    expect(text).toContain('Norm - frob +0.20 points');
    expect(text).toContain('margin 2.00');
    expect(text).toMatch(/with a chance of \d+ %, 2 seeds with 80 %/);
    expect(text).toContain('Frob - none, which norm is to reproduce: +9.00 points');
  });

  it('says so where nothing can be tested', () => {
    const text = section(
      report({ records: recordsOf({ frob: [0.5], norm: [0.5] }) }),
      'Whether norms alone do what Frobenius decay does',
    ).join('\n');
    expect(text).toContain('No setting has several seeds in both arms: nothing is tested.');
  });

  it('has norms and effective learning rates by step, as means over the seeds', () => {
    const text = section(markdown, 'Norms and effective learning rates').join('\n');
    expect(text).toMatch(/\| norm \| 50\.20 % ± 2\.05 \| 2 \| 1 \| 0\.025 \| 0\.1 \|/);
    const mixed = [
      recordOf({ value: 0.5, regularizer: 'frobenius-decay', seed: 0, details: series(2) }),
      recordOf({ value: 0.5, regularizer: 'frobenius-decay', seed: 1, details: series(4) }),
    ];
    const points = normPoints(settingsOf(summarizeArms(mixed)), 'norms');
    expect(points.map(({ treatment, step, value }) => [treatment, step, value])).toEqual([
      ['frob', 1, 3],
      ['frob', 2, 1.5],
    ]);
  });
});
