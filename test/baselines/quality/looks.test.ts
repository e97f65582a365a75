import { describe, expect, it, test } from 'vitest';
import { alpha, judgeQuality, type QualityArm } from '../../../baselines/quality/judge.ts';
import { looks, shareOfLook } from '../../../baselines/quality/looks.ts';
import { simulatedArms, trueArms } from './simulated.ts';

test('the looks spend the level of one check, each arm as much as its seeds say', () => {
  expect(looks.reduce((sum, { share }) => sum + share, 0)).toBe(1);
  expect([1, 3, 4, 5, 6, 10, 12].map(shareOfLook)).toEqual([0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5]);
});

describe('a check that goes on with what is not decided', () => {
  const values = (of: readonly number[]) => of.map((value, seed) => ({ seed, value }));
  const arm = (accepted: number[], measured: number[]): QualityArm => ({
    factors: [{ name: 'method', value: 'dense' }],
    metric: { accepted: values(accepted), measured: values(measured), resolution: 0 },
    loss: null,
    isCompared: true,
  });

  it('asks for a quarter of the level at three seeds', () => {
    // t is -3.9 with four degrees of freedom: p is between a twelfth and a third of 0.05.
    const one = arm([0, 1, 2], [-3.2, -2.2, -1.2]);
    const of = (escalates: boolean) => judgeQuality([one], 0.1, { escalates }).arms[0]!;
    expect(of(false).metric.p).toBeGreaterThan(alpha / 12);
    expect(of(false).metric.p).toBeLessThan(alpha / 3);
    expect([of(false).call, of(true).call]).toEqual(['regressed', 'inconclusive']);
  });

  it('judges groups by the seeds that all their arms have', () => {
    const fallen = [-4, -3.5, -4.5];
    const steady = [0.1, -0.2, 0.2];
    const arms = [fallen, fallen, [...fallen, 90, 90]].map((measured) => arm(steady, measured));
    const change = (escalates: boolean) =>
      judgeQuality(arms, 0.1, { escalates }).groups.find(({ name }) => name === 'all arms')?.judgement.change;
    expect(change(true)).toBeLessThan(-1);
    expect(change(false)).toBeUndefined();
  });
});

/** Draws ten seeds of each arm, and shows the check as many as it asks for. */
function alarmsInLooks(truth: Awaited<ReturnType<typeof trueArms>>, seed: number, lossOf?: (at: number) => number) {
  const all = simulatedArms(truth, { seed, measured: 10, ...(lossOf === undefined ? {} : { lossOf }) });
  const given = all.map(() => looks[0].seeds as number);
  const shown = () =>
    all.map((one, at) => {
      const cut = (of: QualityArm['metric']) => ({ ...of, measured: of.measured.slice(0, given[at]) });
      return { ...one, metric: cut(one.metric), loss: one.loss === null ? null : cut(one.loss) };
    });
  const margin = 0.02;
  let judged = judgeQuality(shown(), margin, { escalates: true });
  for (const { seeds } of looks.slice(1)) {
    for (const [at, one] of judged.arms.entries()) if (one?.call === 'inconclusive') given[at] = seeds;
    judged = judgeQuality(shown(), margin, { escalates: true });
  }
  return { ...judged, given };
}

it('regresses a healthy check in at most 5 %, decides most arms, and finds what three seeds do not', async () => {
  const truth = await trueArms('compression');
  const checks = 40;
  let [alarms, found, foundAtOnce, open] = [0, 0, 0, 0];
  const lossOf = (at: number) => (at === 1 ? 3 * truth[1]!.metric.sd : 0);
  for (let seed = 0; seed < checks; seed++) {
    const healthy = alarmsInLooks(truth, seed);
    if ([...healthy.arms, ...healthy.groups].some((one) => one?.call === 'regressed')) alarms++;
    open += healthy.arms.filter((one) => one?.call === 'inconclusive').length / healthy.arms.length / checks;
    if (alarmsInLooks(truth, seed, lossOf).arms[1]?.call === 'regressed') found++;
    if (judgeQuality(simulatedArms(truth, { seed, lossOf }), 0.02).arms[1]?.call === 'regressed') foundAtOnce++;
  }
  expect(alarms / checks).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / checks));
  expect(open).toBeLessThan(0.5);
  expect(found).toBeGreaterThan(foundAtOnce);
}, 60_000);
