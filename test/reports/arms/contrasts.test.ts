import { expect, it } from 'vitest';
import type { CellRecord } from '../../../harness/record.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { contrastsOf } from '../../../reports/arms/contrasts.ts';
import { imageReport } from '../../../reports/kinds/image.ts';
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
  expect(found.map(({ difference, setting }) => [difference, setting])).toEqual([
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
  expect(contrast?.mean).toBeCloseTo(0.02, 12);
  expect(contrast?.sd).toBeCloseTo(0.01, 12);
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
  // Below 0.05 alone; among nine tests, of which one has a smaller p, this one is multiplied by eight.
  const better = [0.52, 0.53, 0.525];
  const weaker = better.map((value, i) => value - [0.019, 0.035, 0.022][i]!);
  const alone = contrasts(arm('default', 'none', weaker), arm('spectral', 'none', better));
  expect(alone[0]?.reading).toContain('significant at 3 seeds');
  const noise = (shift: number) => [0.5 + shift, 0.5 - shift, 0.5];
  const among = contrasts(
    arm('default', 'none', weaker),
    arm('spectral', 'none', better),
    arm('default', 'weight-decay', noise(0.01)),
    arm('spectral', 'weight-decay', noise(-0.02)),
    arm('default', 'frobenius-decay', noise(0.015)),
    arm('spectral', 'frobenius-decay', noise(-0.01)),
  );
  expect(among).toHaveLength(9);
  expect(among[0]?.p).toBe(alone[0]?.p);
  expect(among[0]?.adjustedP).toBeCloseTo(8 * (alone[0]?.p ?? 0), 12);
  expect(among[0]?.reading).toContain('not distinguishable from zero');
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

it('does not compare arms that differ in anything else', () => {
  const training = { ...fixtureConfig().training, epochs: 3 };
  const other = fixtureRecord({}, { init: 'spectral', regularizer: 'none', training });
  expect(contrasts(arm('default', 'none', [0.5]), [other])).toEqual([]);
});
