import { describe, expect, it } from 'vitest';
import { alpha, judgeQuality, type QualityArm } from '../../../baselines/quality/judge.ts';
import { powerStatementOf, statedPower } from '../../../baselines/quality/power-statement.ts';
import type { Factor } from '../../../harness/spec/words.ts';
import { simulatedArms, type TrueArm, trueArms } from './simulated.ts';

const binomialError = (share: number, count: number) => Math.sqrt((share * (1 - share)) / count);

/** An arm by its values, those accepted and those of this run. */
function arm(accepted: readonly number[], measured: readonly number[], more: Partial<QualityArm> = {}): QualityArm {
  const seeds = (values: readonly number[]) => values.map((value, seed) => ({ seed, value }));
  const metric = { accepted: seeds(accepted), measured: seeds(measured), resolution: 0 };
  return { factors: [], metric, loss: null, isCompared: true, ...more };
}

describe('one arm', () => {
  it('is the two-sample t-test, whose bound and p are known', () => {
    const { arms } = judgeQuality([arm([1, 2, 3], [0, 1, 2])], 3);
    // scipy.stats.ttest_ind([0, 1, 2], [1, 2, 3], alternative='less').pvalue; 1 + t.ppf(0.95, 4) * sqrt(2 / 3)
    expect(arms[0]!.metric.p).toBeCloseTo(0.143_932_067_363_345_27, 9);
    expect(arms[0]!.metric.largestLoss).toBeCloseTo(1 + 2.131_846_786_326_649_5 * Math.sqrt(2 / 3), 9);
    expect(arms[0]!.call).toBe('pass');
  });

  it.each([
    ['a large loss regresses', [-19, -18, -17], 3, 'regressed'],
    ['a significant loss of less than half the margin does not', [-19, -18, -17], 41, 'pass'],
    ['a large gain is better', [21, 22, 23], 3, 'better'],
    ['a loss that is neither is inconclusive', [-0.5, 0.5, 1.5], 3, 'inconclusive'],
  ] as const)('%s', (_, measured, margin, call) => {
    expect(judgeQuality([arm([1, 2, 3], measured)], margin).arms[0]!.call).toBe(call);
  });

  it('of one seed on each side borrows the spread of the others', () => {
    const others = [0, 1, 2, 3].map((level) => arm([level, level + 1, level + 2], [level, level + 1, level + 2]));
    const judged = judgeQuality([arm([5], [-30]), ...others], 2).arms;
    expect(judged.map((one) => one?.call)).toEqual(['regressed', 'pass', 'pass', 'pass', 'pass']);
  });

  it('cannot be judged where no arm has two seeds', () => {
    expect(judgeQuality([arm([5], [1]), arm([3], [2])], 2)).toEqual({ arms: [null, null], groups: [] });
  });

  it('cannot be judged where a stored value is beyond all numbers', () => {
    expect(judgeQuality([arm([1e300, 2, 3], [1, 2, 3]), arm([1, 2, 3], [1, 2, 3])], 2).arms[0]).toBeNull();
  });

  it('at a full score spreads by one test item', () => {
    const full = arm([1, 1, 1], [1, 1, 0.999]);
    const metric = { ...full.metric, resolution: 0.001 };
    expect(judgeQuality([{ ...full, metric }], 0.01).arms[0]!.metric.standardError).toBeCloseTo(
      0.001 * Math.sqrt(2 / 3),
      12,
    );
  });
});

describe('the training loss', () => {
  const loss = { accepted: [-1, -1.01, -0.99], measured: [-3, -3.01, -2.99] };
  const seeds = (values: readonly number[]) => values.map((value, seed) => ({ seed, value }));
  const sample = { accepted: seeds(loss.accepted), measured: seeds(loss.measured), resolution: 0 };

  it('that rises regresses an arm whose metric is as it was', () => {
    const judged = judgeQuality([arm([1, 2, 3], [1, 2, 3], { loss: sample })], 10).arms[0]!;
    expect(judged).toMatchObject({ call: 'regressed', metric: { call: 'pass' }, loss: { call: 'regressed' } });
  });

  it('that falls makes no arm better', () => {
    const fallen = { ...sample, accepted: sample.measured, measured: sample.accepted };
    expect(judgeQuality([arm([1, 2, 3], [1, 2, 3], { loss: fallen })], 10).arms[0]!.call).toBe('pass');
  });
});

describe('groups', () => {
  const factor = (value: string): Factor[] => [{ name: 'init', value }];
  /** Arms whose seeds spread by turns, and half of which lose as much as none of them could show alone. */
  const arms = (['spectral', 'default'] as const).flatMap((init) =>
    [0, 1, 2, 3, 4, 5].map((at) => {
      const turn = (values: number[]) => values.map((_, i) => values[(i + at) % 3]!);
      const lost = init === 'spectral' ? 2 : 0;
      const small = [-0.02, 0, 0.02];
      const accepted = turn([-1, 0, 1]).map((value, i) => value + small[i]!);
      const measured = turn([-1, 0, 1]).map((value, i) => value - lost + small[2 - i]!);
      return arm(accepted, measured, { factors: factor(init) });
    }),
  );

  it('show what no arm of theirs shows alone', () => {
    const { arms: alone, groups } = judgeQuality(arms, 1);
    expect(alone.some((one) => one?.call === 'regressed')).toBe(false);
    expect(groups.map(({ name, call, arms: count }) => [name, call, count])).toEqual([
      ['init spectral', 'regressed', 6],
      ['all arms', 'regressed', 12],
    ]);
    // 2 of a standard deviation of 1, all arms half of it.
    expect(groups[0]!.judgement.change).toBeCloseTo(-2, 1);
    expect(groups[1]!.judgement.change).toBeCloseTo(-1, 1);
  });

  it('leave out arms that are not compared', () => {
    const some = arms.map((one, at) => ({ ...one, isCompared: at >= 6 }));
    expect(judgeQuality(some, 1).groups).toEqual([]);
  });
});

it('calls a healthy check regressed in at most 5 %, from how much the stored arms spread', async () => {
  // The margin is nothing, so that significance alone decides.
  const margin = 1e-9;
  const plan = { compression: 150, tensors: 80, translation: 170 };
  let [checks, alarms] = [0, 0];
  for (const [suite, count] of Object.entries(plan)) {
    const truth = await trueArms(suite);
    for (let seed = 0; seed < count; seed++) {
      const { arms, groups } = judgeQuality(simulatedArms(truth, { seed }), margin);
      checks++;
      if ([...arms, ...groups].some((one) => one?.call === 'regressed')) alarms++;
    }
  }
  expect(checks).toBe(400);
  expect(alarms / checks).toBeLessThanOrEqual(alpha + 3 * binomialError(alpha, checks));
  // A check that could not alarm would pass this too: see the power below.
  expect(alarms).toBeGreaterThan(0);
}, 120_000);

describe('the stated power', () => {
  // Every order of three values, three times: each arm has the variance 1, the mean over arms that of the shared part.
  const shared = 0.4 ** 2 + (1 - 0.4 ** 2) / 18;
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const stored = [0, 1, 2].flatMap(() =>
    orders.map((order) =>
      arm(
        order.map((turn, seed) => Math.sqrt(1 - shared) * (turn - 1) + Math.sqrt(shared) * (seed - 1)),
        [],
      ),
    ),
  );
  const truth: TrueArm[] = stored.map((of) => {
    const one = { center: 0, sd: 1 };
    return { arm: of, metric: one, loss: one };
  });
  const checks = 400;
  const error = 3 * binomialError(statedPower, checks);
  const withoutLoss = (seed: number, lossOf: (at: number) => number) =>
    simulatedArms(truth, { seed, lossOf }).map((of) => ({ ...of, loss: null }));

  it.each([
    ['significance decides', 0.1],
    ['the margin decides too', 7],
  ])('is reached at the stated loss of one arm, where %s', (_, margin) => {
    let found = 0;
    for (let seed = 0; seed < checks; seed++) {
      const lossOf = (stated: number) => withoutLoss(seed, (at) => (at === 4 ? stated : 0));
      // What is stated follows from the accepted values, which the loss does not move.
      const { arm: stated } = powerStatementOf(lossOf(0), { measured: 3, margin })!;
      if (judgeQuality(lossOf(stated.typical), margin).arms[4]!.call === 'regressed') found++;
    }
    expect(Math.abs(found / checks - statedPower)).toBeLessThan(error);
  });

  it('is reached at the stated loss of all arms', () => {
    const { all } = powerStatementOf(stored, { measured: 3, margin: 0.1 })!;
    let found = 0;
    for (let seed = 0; seed < checks; seed++) {
      const { groups } = judgeQuality(
        withoutLoss(seed, () => all!),
        0.1,
      );
      if (groups.some(({ name, call }) => name === 'all arms' && call === 'regressed')) found++;
    }
    expect(Math.abs(found / checks - statedPower)).toBeLessThan(error);
  });

  it('says nothing where no accepted arm has two seeds, and nothing of groups that are none', () => {
    expect(powerStatementOf([arm([1], []), arm([2], [])], { measured: 3, margin: 1 })).toBeNull();
    expect(powerStatementOf([arm([1, 2, 3], [])], { measured: 3, margin: 1 })).toMatchObject({
      group: null,
      all: null,
      arms: 1,
      accepted: 3,
    });
  });

  it.each([
    ['two of the arms', 3, 1],
    ['one seed an arm', 1, 1],
    ['one of two metrics', 3, 2],
  ])('is the loss at which the test of %s turns, as a check would see them', (_, measured, metrics) => {
    const values = Array.from({ length: measured }, (_, seed) => seed - (measured - 1) / 2);
    const among = stored.map((of, at) => ({ ...of, isCompared: at < 2 }));
    const { arm: stated, arms } = powerStatementOf(among, { measured, margin: 0.1, metrics })!;
    expect(arms).toBe(2);
    const callAt = (loss: number) => {
      const shifted = among.map((of, at) => {
        const own = values.map((value, seed) => ({ seed, value: value * 0.5 - loss }));
        return at < 2 ? { ...of, metric: { ...of.metric, measured: own } } : of;
      });
      return judgeQuality(shifted, 0.1, { metrics }).arms[0]!.call;
    };
    // Of 80 % power, the stated loss is above the critical one by less than its half.
    expect(callAt(stated.typical)).toBe('regressed');
    expect(callAt(stated.typical / 2)).not.toBe('regressed');
  });
});
