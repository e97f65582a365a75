import { describe, expect, it } from 'vitest';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { comparisonWithin, twoSidedP } from '../../../reports/arms/arm-test.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { sharersOf } from '../../../reports/arms/shared-training.ts';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';
import { bareArm } from '../../helpers/bare-arms.ts';

type Config = Parameters<typeof armRecords>[1];
type Overrides = Parameters<typeof armRecords>[2];

const oneShot = [
  { label: 'dense', epochs: 2 },
  { label: 'fine-tune', epochs: 1 },
];
const arm = (config: Config, overrides: Overrides = {}) => armRecords([0.5, 0.6], config, overrides);

/** The methods of each group, the budgets behind them. */
function groups(...records: ReturnType<typeof arm>[]): string[] {
  const found = new Set(sharersOf(summarizeArms(records.flat())).values());
  return [...found].map((group) => group.map((member) => `${methodOf(member)} ${member.config.seed}`).join(', '));
}

describe('arms that go on from one training of each seed', () => {
  it('are those that prune and fine-tune one dense training, whatever the budget, and its dense arm', () => {
    expect(
      groups(
        arm({ method: 'dense', budget: 1 }),
        arm({ method: 'magnitude' }, { phases: oneShot }),
        arm({ method: 'magnitude', budget: 0.2 }, { phases: oneShot }),
        arm({ method: 'obd' }, { phases: oneShot }),
        arm({ method: 'snip' }),
        arm({ method: 'lottery-ticket' }, { phases: [oneShot[0]!, { label: 'round 1', epochs: 2 }] }),
      ),
    ).toEqual(['dense 0, magnitude 0, magnitude 0, obd 0']);
  });

  it('are an arm and the one that was tuned to the same learning rate and λ, and no other', () => {
    const same = { learningRate: 0.1, decay: 0.0001 };
    const values = [0.5, 0.6];
    expect(groups(arm({ method: 'snip' }), tunedRecords(values, { method: 'snip' }, same))).toEqual(['snip 0, snip 0']);
    expect(groups(arm({ method: 'snip' }), tunedRecords(values, { method: 'snip' }))).toEqual([]);
    expect(
      groups(
        arm({ method: 'magnitude' }, { phases: oneShot }),
        tunedRecords(values, { method: 'obd' }, same, { phases: oneShot }),
        tunedRecords(values, { method: 'magnitude' }, {}, { phases: oneShot }),
      ),
    ).toEqual(['magnitude 0, obd 0']);
  });

  it('are not those of another regularizer, length or rate', () => {
    const longer = [{ label: 'dense', epochs: 3 }, oneShot[1]!];
    expect(
      groups(
        arm({ method: 'dense', budget: 1, regularizer: 'none' }),
        arm({ method: 'magnitude' }, { phases: oneShot }),
        arm({ method: 'obd' }, { phases: longer }),
      ),
    ).toEqual([]);
  });

  it('are those that read the same cells, and the dense arm where it is what they read', () => {
    const dense = arm({ method: 'dense', budget: 1 });
    const reading = (method: string, source: { id: string; cell: string }[]) =>
      arm({ method }).map((record, seed) => ({
        ...record,
        needs: [{ role: 'start', id: source[seed]!.id, cell: source[seed]!.cell }],
      }));
    const other = arm({ method: 'cp' });
    expect(groups(dense, reading('magnitude', dense), reading('obd', dense), reading('tucker', other), other)).toEqual([
      'dense 0, magnitude 0, obd 0',
    ]);
  });
});

describe('the error rate where some arms share a training, with equal correlation', () => {
  const runs = 2000;
  // Three standard errors of a rate of 0.05.
  const most = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);

  /** How often arms of one mean are told apart: two that share, one of them and another, two others. */
  function rates(name: string, [sharing, others, seeds]: readonly [number, number, number], told: boolean) {
    const uniform = streamsOf(name, 0)('values');
    const correlation = 0.99;
    const wrong = { within: 0, across: 0, beside: 0 };
    for (let run = 0; run < runs; run++) {
      const seedEffect = gaussian(seeds, 2, uniform);
      const training = gaussian(seeds, Math.sqrt(correlation), uniform);
      const draw = (deviation: number, own: (seed: number) => number) =>
        gaussian(seeds, deviation, uniform).map((error, seed) => error + seedEffect[seed]! + own(seed));
      const pruned = Array.from({ length: sharing }, () =>
        bareArm(
          draw(Math.sqrt(1 - correlation), (seed) => training[seed]!),
          told ? 'dense' : undefined,
        ),
      );
      const rest = Array.from({ length: others }, () => bareArm(draw(1, () => 0)));
      const compare = comparisonWithin([...pruned, ...rest]);
      const differ = (left = pruned[0], right = pruned[0]) => Number(twoSidedP(compare(left!, right!))! <= 0.05);
      wrong.within += differ(pruned[0], pruned[1]);
      wrong.across += differ(pruned[0], rest[0]);
      if (others > 1) wrong.beside += differ(rest[0], rest[1]);
    }
    const { within, across, beside } = wrong;
    return { within: within / runs, across: across / runs, beside: beside / runs };
  }

  it.each([
    ['3 that share, 3 others, 3 seeds', [3, 3, 3]],
    ['6 that share, 13 others, 3 seeds', [6, 13, 3]],
    ['3 that share, 1 other, 3 seeds', [3, 1, 3]],
    ['3 that share, 3 others, 2 seeds', [3, 3, 2]],
  ] as const)('holds: %s', (name, sizes) => {
    const { within, across, beside } = rates(name, sizes, true);
    for (const rate of [within, across, beside]) expect(rate).toBeLessThan(most);
    // Not by never telling anything.
    expect(within).toBeGreaterThan(0.03);
    expect(across).toBeGreaterThan(0.015);
  });

  it('would not, were each of them taken as an arm of its own', () => {
    const { within, across } = rates('3 that share, 1 other, 3 seeds', [3, 1, 3], false);
    expect(across).toBeGreaterThan(0.1);
    expect(within).toBeLessThan(0.005);
  });
});

it('tells two that share apart by their own differences, over as many seeds as there are trainings', () => {
  const [left, right] = [bareArm([0.5, 0.7, 0.61], 'dense'), bareArm([0.49, 0.68, 0.58], 'dense')];
  const test = comparisonWithin([left, right, bareArm([0.1, 0.5, 0.3]), bareArm([0.4, 0.3, 0.2])])(left, right);
  expect(test).toMatchObject({ n: 3, df: expect.closeTo(2, 9), t: expect.closeTo(2 * Math.sqrt(3), 9) });
});
