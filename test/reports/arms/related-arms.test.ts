import { describe, expect, it } from 'vitest';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { type Combination, combinationsWithin, difference, twoSidedP } from '../../../reports/arms/arm-test.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { relativesOf } from '../../../reports/arms/related-arms.ts';
import { sharersOf } from '../../../reports/arms/shared-training.ts';
import type { TestedArm } from '../../../reports/arms/tested-arm.ts';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';
import { bareArm } from '../../helpers/bare-arms.ts';

describe('relatives', () => {
  const values = [0.5, 0.6];

  function groups(...records: ReturnType<typeof armRecords>[]): string[] {
    const arms = summarizeArms(records.flat());
    const found = new Set(relativesOf(arms, sharersOf(arms)).values());
    return [...found].map((group) => group.map(methodOf).join(' '));
  }

  it('differ in the regularizer alone', () => {
    const found = groups(
      armRecords(values, { init: 'default', regularizer: 'none' }),
      armRecords(values, { init: 'default', regularizer: 'weight-decay' }),
      armRecords(values, { init: 'spectral', regularizer: 'weight-decay' }),
      armRecords(values, { init: 'spectral', regularizer: 'frobenius-decay' }),
      armRecords(values, { init: 'default', regularizer: 'none', budget: 0.2 }),
      tunedRecords(values, { init: 'spectral', regularizer: 'frobenius-decay' }),
    );
    expect(found.map((group) => group.split(' ').length).sort()).toEqual([1, 1, 2, 2]);
  });

  it('share a training, and who shares it differs in the regularizer from another', () => {
    const phases = [
      { label: 'dense', epochs: 2 },
      { label: 'fine-tune', epochs: 1 },
    ];
    const found = groups(
      armRecords(values, { method: 'dense', budget: 1, regularizer: 'none' }),
      armRecords(values, { method: 'dense', budget: 1, regularizer: 'weight-decay' }),
      armRecords(values, { method: 'magnitude', regularizer: 'weight-decay' }, { phases }),
      armRecords(values, { method: 'snip', regularizer: 'weight-decay' }),
    );
    expect(found).toEqual(['dense dense magnitude', 'snip']);
  });
});

it('takes the mean of relatives to spread as it did, and not as means of unrelated arms would', () => {
  const errors = [
    [0.01, -0.02, 0.01],
    [-0.02, 0.01, 0.01],
    [0.01, 0.02, -0.03],
  ];
  // Two of each beginning have equal errors: their mean spreads as each of them.
  const arms = errors.flatMap((own, i) => [
    bareArm(
      own.map((error) => 0.5 + i / 10 + error),
      undefined,
      `${i}`,
    ),
    bareArm(
      own.map((error) => 0.52 + i / 10 + error),
      undefined,
      `${i}`,
    ),
  ]);
  const [a, b, c, d] = arms;
  const test = combinationsWithin(arms);
  const [single, mean] = [test(meanDifference([a!], [c!])), test(meanDifference([a!, b!], [c!, d!]))];
  expect(mean.difference).toBeCloseTo(single.difference!, 12);
  expect(mean.standardError).toBeCloseTo(single.standardError!, 12);
  expect(mean.df).toBe(single.df);
});

/** The mean of some arms less that of others. */
function meanDifference(left: readonly TestedArm[], right: readonly TestedArm[]): Combination {
  return [
    ...left.map((arm) => [arm, 1 / left.length] as const),
    ...right.map((arm) => [arm, -1 / right.length] as const),
  ];
}

describe('the error rate where arms of one beginning go together, as in the stored nights', () => {
  const runs = 1000;
  const correlation = 0.66;

  const level = 0.05;

  /** How often equal arms are told apart: of two beginnings, of one, and means over the regularizers. */
  function rates(related: boolean) {
    const uniform = streamsOf('related arms', Number(related))('values');
    const found = { across: 0, within: 0, means: 0, interaction: 0 };
    const [beginnings, regularizers, seeds] = [12, 3, 3];
    for (let run = 0; run < runs; run++) {
      const effects = gaussian(seeds, 2, uniform);
      const arms = Array.from({ length: beginnings }, (_, i) => {
        const spread = 0.5 + i / beginnings;
        const common = gaussian(seeds, spread * Math.sqrt(correlation), uniform);
        return Array.from({ length: regularizers }, () => {
          const own = gaussian(seeds, spread * Math.sqrt(1 - correlation), uniform);
          const gains = own.map((error, seed) => error + common[seed]! + effects[seed]!);
          return bareArm(gains, undefined, related ? `${run} ${i}` : undefined);
        });
      });
      const test = combinationsWithin(arms.flat());
      const [left, right] = [arms[(run * 5) % beginnings]!, arms[(run * 5 + 1) % beginnings]!];
      const told = (p: number | null) => Number(p! <= level) / runs;
      found.across += told(twoSidedP(test(difference(left[0]!, right[0]!))));
      found.within += told(twoSidedP(test(difference(left[0]!, left[1]!))));
      found.means += told(twoSidedP(test(meanDifference(left, right))));
      const both = meanDifference([left[0]!, right[1]!], [left[1]!, right[0]!]);
      found.interaction += told(twoSidedP(test(both)));
    }
    return found;
  }

  const most = level + 3 * Math.sqrt((level * (1 - level)) / runs);

  it('holds for all of them, and not by never telling anything', () => {
    const found = rates(true);
    for (const rate of Object.values(found)) {
      expect(rate).toBeLessThan(most);
      expect(rate).toBeGreaterThan(0.01);
    }
  });

  it('would not hold for means, were they unrelated', () => {
    expect(rates(false).means).toBeGreaterThan(0.08);
  });
});
