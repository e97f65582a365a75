import { describe, expect, it } from 'vitest';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import type { CellRecord } from '../../../harness/record.ts';
import { holm } from '../../../harness/statistics/holm.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { comparisonWithin, twoSidedP } from '../../../reports/arms/arm-test.ts';
import { bestOf } from '../../../reports/arms/best-arms.ts';
import { contestsOf } from '../../../reports/arms/contests.ts';
import { contrastsOf } from '../../../reports/arms/contrasts.ts';
import { imageReport } from '../../../reports/kinds/image.ts';
import { contrastSection } from '../../../reports/sections/contrast-section.ts';
import { tunedRecords } from '../../helpers/arms.ts';
import { bareArm } from '../../helpers/bare-arms.ts';
import { failedRecord, fixtureConfig, fixtureRecord } from '../../helpers/records.ts';

type Init = 'default' | 'spectral';
type Regularizer = 'none' | 'weight-decay' | 'frobenius-decay';

function arm(init: Init, regularizer: Regularizer, values: number[]) {
  return values.map((value, seed) => fixtureRecord({ value }, { init, regularizer, seed }));
}

function contrasts(...arms: CellRecord[][]) {
  return contrastsOf(summarizeArms(arms.flat()), imageReport.contrasts);
}

it('compares inits at each regularizer and regularizers at each init, and nothing else', () => {
  const found = contrasts(
    ...(['default', 'spectral'] as const).flatMap((init) =>
      (['none', 'weight-decay', 'frobenius-decay'] as const).map((regularizer) => arm(init, regularizer, [0.5, 0.6])),
    ),
  );
  expect(found.map(({ choice, setting }) => [choice, setting])).toEqual([
    ['spectral - default', 'resnet-20 on generated, low-rank, budget 0.1, none'],
    ['spectral - default', 'resnet-20 on generated, low-rank, budget 0.1, weight-decay'],
    ['spectral - default', 'resnet-20 on generated, low-rank, budget 0.1, frobenius-decay'],
    ['frobenius-decay - weight-decay', 'resnet-20 on generated, low-rank, budget 0.1, default init'],
    ['frobenius-decay - weight-decay', 'resnet-20 on generated, low-rank, budget 0.1, spectral init'],
    ['weight-decay - none', 'resnet-20 on generated, low-rank, budget 0.1, default init'],
    ['weight-decay - none', 'resnet-20 on generated, low-rank, budget 0.1, spectral init'],
    ['frobenius-decay - none', 'resnet-20 on generated, low-rank, budget 0.1, default init'],
    ['frobenius-decay - none', 'resnet-20 on generated, low-rank, budget 0.1, spectral init'],
  ]);
});

it('pairs by seed, whatever the order of the records', () => {
  const before = arm('default', 'none', [0.5, 0.6, 0.7]);
  const after = arm('spectral', 'none', [0.51, 0.62, 0.73]).reverse();
  const [contrast] = contrasts(before, after);
  expect(contrast?.difference).toBeCloseTo(0.02, 12);
  expect(contrast?.standardError).toBeCloseTo(0.01 / Math.sqrt(3), 12);
  expect(contrast?.t).toBeCloseTo(2 * Math.sqrt(3), 9);
  expect(contrast).toMatchObject({ n: 3, leftOut: 0 });
  // One test alone needs no correction: df 2, p = 1 - t/√(2 + t²).
  expect(contrast?.adjustedP).toBeCloseTo(1 - Math.sqrt(12 / 14), 9);
});

it('reads a clear effect as significant, with interval, seeds and p', () => {
  const before = arm('default', 'none', [0.5, 0.5, 0.5, 0.5, 0.5]);
  const [contrast] = contrasts(before, arm('spectral', 'none', [0.52, 0.521, 0.519, 0.522, 0.518]));
  expect(contrast?.reading).toBe(
    'spectral against default initialization (resnet-20 on generated, low-rank, budget 0.1, none): +2.00 points ' +
      '[+1.80, +2.20] (95 % interval), significant at 5 seeds (Holm-adjusted p < 0.001).',
  );
});

it('reads a loss as a loss', () => {
  const [contrast] = contrasts(arm('default', 'none', [0.5, 0.5]), arm('spectral', 'none', [0.4, 0.45]));
  expect(contrast?.reading).toContain('-7.50 points');
});

it('does not call an effect within the spread significant', () => {
  const [contrast] = contrasts(arm('default', 'none', [0.5, 0.5, 0.5]), arm('spectral', 'none', [0.55, 0.48, 0.53]));
  expect(contrast?.reading).toMatch(/not distinguishable from zero at 3 seeds \(Holm-adjusted p = 0\.\d{3}\)/);
});

it('takes back what the correction takes back', () => {
  // Below 0.05 by itself, but one of nine tests.
  const noise = (shift: number) => [0.5 + shift, 0.5 - shift, 0.5];
  const [first, ...others] = contrasts(
    arm('default', 'none', [0.5, 0.501, 0.502]),
    arm('spectral', 'none', [0.561, 0.552, 0.554]),
    arm('default', 'weight-decay', noise(0.01)),
    arm('spectral', 'weight-decay', noise(-0.01)),
    arm('default', 'frobenius-decay', noise(0.008)),
    arm('spectral', 'frobenius-decay', noise(-0.008)),
  );
  expect(others).toHaveLength(8);
  expect(first!.p).toBeLessThan(0.05);
  expect([first!, ...others].map(({ adjustedP }) => adjustedP)).toEqual(holm([first!, ...others].map(({ p }) => p)));
  expect(first!.reading).toContain('not distinguishable from zero');
});

it('shares the variance of the arms beside: four arms of the stored nightly, as NumPy and SciPy have them', () => {
  const found = contrasts(
    arm('default', 'weight-decay', [0.3044, 0.3089, 0.3029]),
    arm('spectral', 'weight-decay', [0.2997, 0.286, 0.2951]),
    arm('default', 'frobenius-decay', [0.2701, 0.2699, 0.2472]),
    arm('spectral', 'frobenius-decay', [0.337, 0.3063, 0.3305]),
  );
  const expected: Record<string, [number, number, number]> = {
    'spectral - default, weight-decay': [-1.058267590248388, 2, 0.40086726280447893],
    'spectral - default, frobenius-decay': [4.366238435290388, 2, 0.04865808253010705],
    'frobenius-decay - weight-decay, spectral init': [5.199751831849298, 4, 0.006517255655565378],
  };
  for (const [name, [t, df, p]] of Object.entries(expected)) {
    const contrast = found.find(({ choice, setting }) => name === `${choice}, ${setting.split(', ').at(-1)}`);
    expect(contrast?.t).toBeCloseTo(t, 9);
    expect(contrast?.df).toBeCloseTo(df, 9);
    expect(contrast?.p).toBeCloseTo(p, 9);
  }
});

it('is the test that names the best arm', () => {
  const arms = summarizeArms(
    [
      arm('default', 'none', [0.5, 0.53, 0.51]),
      arm('spectral', 'none', [0.55, 0.56, 0.59]),
      arm('default', 'weight-decay', [0.4, 0.45, 0.47]),
      arm('spectral', 'weight-decay', [0.42, 0.44, 0.41]),
    ].flat(),
  );
  const [contest] = contestsOf(arms);
  const best = bestOf(contest!.arms, contest!.compare)!;
  const beside = best.rivals.find(
    ({ arm: { config } }) => (config as { regularizer?: string }).regularizer === 'none',
  )!;
  const [contrast] = contrastsOf(arms, imageReport.contrasts);
  expect([contrast!.t, contrast!.df]).toEqual([beside.test.t, beside.test.df]);
});

describe('by simulation: 22 arms over 3 seeds, which spread as those of the stored nightly', () => {
  // Sample deviations of its arms at budget 0.1, the smallest, middle and largest, and of dense ones: points.
  const deviations = [0.3, 0.58, 0.7, 0.73, 0.97, 1.25, 1.32, 1.62, 1.7, 1.93, 2.23];

  const runs = 1500;

  /** How often two arms that are `effect` points apart are told apart: alone, moderated; each also as one of 19 tests. */
  function rates(effect: number) {
    const uniform = streamsOf('contrasts', effect)('values');
    const found = { alone: 0, aloneOf19: 0, moderated: 0, moderatedOf19: 0 };
    for (let run = 0; run < runs; run++) {
      const seedEffect = gaussian(3, 1.5, uniform);
      const arms = Array.from({ length: 22 }, (_, i) => {
        const errors = gaussian(3, deviations[i % 11]!, uniform, i === 16 ? effect : 0);
        return bareArm(errors.map((error, seed) => error + seedEffect[seed]!));
      });
      // One arm of middle spread, and each of the others in turn.
      const [from, to] = [arms[run % 11]!, arms[16]!];
      const alone = twoSidedP(comparisonWithin([from, to])(to, from))!;
      const moderated = twoSidedP(comparisonWithin(arms)(to, from))!;
      found.alone += Number(alone <= 0.05) / runs;
      found.aloneOf19 += Number(19 * alone <= 0.05) / runs;
      found.moderated += Number(moderated <= 0.05) / runs;
      found.moderatedOf19 += Number(19 * moderated <= 0.05) / runs;
    }
    return found;
  }

  it('tells equal arms apart about once in twenty', () => {
    const { moderated, moderatedOf19 } = rates(0);
    expect(moderated).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    expect(moderated).toBeGreaterThan(0.02);
    expect(moderatedOf19).toBeLessThan(0.01);
  });

  it('finds 6 points among 19 tests, which a test of two arms alone does not', () => {
    const power = rates(6);
    // 0.10 and 0.68 of these runs; Holm's correction of p that are not all alike finds no less.
    expect(power.aloneOf19).toBeLessThan(0.2);
    expect(power.moderatedOf19).toBeGreaterThan(0.6);
    expect(power.moderated).toBeGreaterThan(power.alone);
  });
});

it('claims nothing of one seed', () => {
  const [contrast] = contrasts(arm('default', 'none', [0.5]), arm('spectral', 'none', [0.6]));
  expect(contrast).toMatchObject({ n: 1, p: null, adjustedP: null });
  expect(contrast?.reading).toContain('+10.00 points at 1 seed; one seed cannot tell an effect from chance.');
});

it('claims nothing of equal differences', () => {
  const [contrast] = contrasts(arm('default', 'none', [0.5, 0.6]), arm('spectral', 'none', [0.6, 0.7]));
  expect(contrast?.reading).toContain('no test is possible');
});

it('leaves out seeds without a completed pair and says so', () => {
  const lost = [failedRecord('boom', { regularizer: 'none', seed: 2 })];
  const [contrast] = contrasts(
    [...arm('default', 'none', [0.5, 0.6]), ...lost],
    arm('spectral', 'none', [0.6, 0.8, 0.9]),
  );
  expect(contrast).toMatchObject({ n: 2, leftOut: 1 });
  expect(contrast?.reading).toContain('1 seed left out');
});

it('compares low-rank layers with the thinner network, whose weight decay is its Frobenius decay', () => {
  const narrow = (regularizer: 'none' | 'weight-decay') =>
    [0.5, 0.55].map((value, seed) =>
      fixtureRecord({ value }, { method: 'narrow', init: 'default', regularizer, seed }),
    );
  const found = contrasts(
    narrow('none'),
    narrow('weight-decay'),
    arm('spectral', 'none', [0.6, 0.61]),
    arm('spectral', 'frobenius-decay', [0.62, 0.64]),
    arm('default', 'weight-decay', [0.52, 0.5]),
  ).filter(({ factor }) => factor === 'method');
  expect(found.map(({ choice, setting, difference }) => [choice, setting, difference?.toFixed(3)])).toEqual([
    ['low-rank - narrow', 'resnet-20 on generated, budget 0.1, default init, weight-decay', '-0.015'],
    ['low-rank - narrow', 'resnet-20 on generated, budget 0.1, spectral init, none', '0.080'],
    ['low-rank - narrow', 'resnet-20 on generated, budget 0.1, spectral init, frobenius-decay', '0.105'],
  ]);
});

describe('tuned arms', () => {
  const place = 'resnet-20 on generated, low-rank, budget 0.1';
  const found = (...arms: CellRecord[][]) => contrasts(...arms).map(({ choice, setting }) => [choice, setting]);

  it('are compared with tuned ones, each at its own learning rate and λ, and shared arms with shared ones', () => {
    expect(
      found(
        arm('default', 'weight-decay', [0.5, 0.6]),
        tunedRecords([0.7, 0.8], { init: 'spectral' }, { learningRate: 0.1, decay: 0.0001 }),
        tunedRecords([0.6, 0.7], { init: 'default' }, { learningRate: 0.3, decay: 0.01 }),
        tunedRecords([0.8, 0.7], { regularizer: 'none' }, { learningRate: 0.05, decay: 0.003 }),
      ),
    ).toEqual([
      ['spectral - default', `${place}, weight-decay, tuned`],
      ['weight-decay - none', `${place}, default init, tuned`],
      ['tuned - shared', `${place}, default init, weight-decay`],
    ]);
  });

  it('are not compared where they differ in more than learning rate and λ', () => {
    const config = (training: Partial<ReturnType<typeof fixtureConfig>['training']>) => ({
      training: { ...fixtureConfig().training, ...training },
    });
    const tuned = tunedRecords([0.7, 0.8], { init: 'spectral' });
    const other = [0.5, 0.6].map((value, seed) => fixtureRecord({ value }, { ...config({ epochs: 3 }), seed }));
    const longer = other.map(({ config: own, seed, ...record }) =>
      fixtureRecord({ value: record.measures[0]!.value }, { ...(own as object), tuning: 'tuned', seed }, ['tuning']),
    );
    expect(found(tuned, other, longer)).toEqual([['tuned - shared', expect.stringContaining('default init')]]);
    expect(found(tuned, other)).toEqual([]);
  });

  it('tell what tuning buys: the same arm at its own against the shared learning rate and λ', () => {
    const [contrast] = contrasts(
      arm('spectral', 'weight-decay', [0.5, 0.5, 0.5, 0.5, 0.5]),
      tunedRecords([0.52, 0.521, 0.519, 0.522, 0.518], { init: 'spectral' }),
    );
    expect(contrast).toMatchObject({ factor: 'tuning', n: 5 });
    expect(contrast?.reading).toBe(
      `tuned against shared learning rate and λ (${place}, spectral init, weight-decay): +2.00 points ` +
        '[+1.80, +2.20] (95 % interval), significant at 5 seeds (Holm-adjusted p < 0.001).',
    );
  });

  it('are not held against an arm on which values of λ are tried', () => {
    const swept = [0.5, 0.6].map((value, seed) => fixtureRecord({ value }, { seed }, ['decay']));
    expect(found(swept, tunedRecords([0.7, 0.8], {}))).toEqual([]);
  });

  it('say so in the section, which is named after what it compares', () => {
    const shared = [arm('default', 'weight-decay', [0.5, 0.6]), arm('spectral', 'weight-decay', [0.6, 0.6])];
    const sectionOf = (...arms: CellRecord[][]) => contrastSection(summarizeArms(arms.flat()), imageReport.contrasts)!;
    const both = sectionOf(...shared, tunedRecords([0.7, 0.8], {}));
    expect(both.heading).toBe('What initialization and tuning change');
    expect(JSON.stringify(both.blocks[0])).toContain('compared each at its own learning rate and λ');
    const alone = sectionOf(...shared);
    expect(alone.heading).toBe('What initialization changes');
    expect(JSON.stringify(alone.blocks[0])).not.toContain('tuned');
  });
});

it.each([{ epochs: 3 }, { decay: 0.001 }, { learningRate: 0.2 }])('does not compare arms that differ in %o', (own) => {
  const training = { ...fixtureConfig().training, ...own };
  const other = fixtureRecord({}, { init: 'spectral', training });
  expect(contrasts(arm('default', 'weight-decay', [0.5]), [other])).toEqual([]);
});
