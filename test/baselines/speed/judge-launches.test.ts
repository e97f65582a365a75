import { describe, expect, test } from 'vitest';
import {
  judgeLaunches,
  type LaunchSamples,
  launchSpread,
  slowdownFound,
} from '../../../baselines/speed/judge-launches.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';

const arms: LaunchSamples[] = [
  { accepted: [0, 0.02, 0.01], measured: [0.09, 0.11, 0.1] },
  { accepted: [0.5, 0.53, 0.52], measured: [0.51, 0.52, 0.53] },
  { accepted: [-0.2, -0.21, -0.2], measured: [-0.2, -0.22, -0.21] },
];

describe('judgeLaunches', () => {
  test('is Student’s t with the spread of all launches within their samples, one-sided, by Holm', () => {
    // s² = Σ over samples Σ(x - x̄)² / Σ(n - 1); p = scipy.stats.t.sf(difference / (s sqrt(1/3 + 1/3)), 12), times 3, 2, 1;
    // θ = expm1(scipy.stats.t.ppf(.975, 12) s sqrt(2/3))
    const spread = launchSpread(arms)!;
    expect(spread.df).toBe(12);
    expect(spread.sd).toBeCloseTo(0.010_540_925_533_894_602, 12);
    const [first, second, third] = judgeLaunches(arms, 0);
    expect(first!.p).toBeCloseTo(3.307_603_563_652_83e-7, 14);
    expect(second!.p).toBeCloseTo(0.705_316_781_644_053_9, 9);
    expect(third!.p).toBeCloseTo(0.773_214_731_989_026_2, 9);
    expect(first).toMatchObject({ call: 'slower' });
    expect(first!.slower).toBeCloseTo(0.094_174_283_705_210_39, 12);
    expect(first!.bound).toBeCloseTo(0.018_929_162_477_987_44, 10);
    expect([second!.call, third!.call]).toEqual(['alike', 'alike']);
  });

  test('lets what is slower by less than the bound pass, however certain it is', () => {
    const sure = [{ accepted: [0, 1e-4, -1e-4], measured: [0.02, 0.0201, 0.0199] }];
    expect(judgeLaunches(sure)[0]).toMatchObject({ call: 'alike', bound: 0.03 });
    expect(judgeLaunches(sure, 0.01)[0]).toMatchObject({ call: 'slower' });
    expect(judgeLaunches(sure, 0.01)[0]!.p).toBeLessThan(1e-4);
  });

  test('tells what is faster, which is no regression', () => {
    const mirrored = arms.map(({ accepted, measured }) => ({ accepted: measured, measured: accepted }));
    expect(judgeLaunches(mirrored)[0]).toMatchObject({ call: 'faster' });
  });

  test('compares with three accepted launches at least', () => {
    const [first] = arms;
    const few = { ...first!, accepted: first!.accepted.slice(1) };
    expect(judgeLaunches([few, arms[1]!])).toEqual([null, expect.objectContaining({ call: 'alike' })]);
    expect(judgeLaunches([{ accepted: [0, 0.1, 0.2], measured: [] }])).toEqual([null]);
    expect(judgeLaunches([{ accepted: [0], measured: [0.3] }])).toEqual([null]);
  });

  test('claims no certainty of launches that are equal', () => {
    const equal = [{ accepted: [0, 0, 0], measured: [0.0005] }];
    expect(launchSpread(equal)).toEqual({ sd: 1e-3, df: 2 });
    expect(judgeLaunches(equal, 0)[0]).toMatchObject({ call: 'alike' });
  });
});

describe('slowdownFound', () => {
  test('is that of the noncentral t, at the level of Holm’s first step', () => {
    // brentq over d of scipy.stats.nct.sf(scipy.stats.t.ppf(1 - .05/40, 520), 520, d) - .9; expm1(d s sqrt(1/5 + 1/10))
    expect(slowdownFound({ sd: 0.04, df: 520 }, { arms: 40, accepted: 10, measured: 5 })).toBeCloseTo(0.099_364, 4);
    // The same at 160 degrees of freedom with sqrt(1/3 + 1/3).
    expect(slowdownFound({ sd: 0.02, df: 160 }, { arms: 40, accepted: 3, measured: 3 })).toBeCloseTo(0.073_925, 4);
  });
});

/** 40 arms with 10 accepted launches each and 5 of this run; the first arm's are slower. */
function simulated(sd: number, slower: number, run: number): LaunchSamples[] {
  const draws = gaussian(40 * 15, sd, streamsOf('launches', run)(`${sd}`));
  return Array.from({ length: 40 }, (_, arm) => {
    const own = [...draws.slice(15 * arm, 15 * (arm + 1))];
    const shift = arm === 0 ? Math.log1p(slower) : 0;
    return { accepted: own.slice(0, 10), measured: own.slice(10).map((value) => value + shift) };
  });
}

const runs = 400;
const shareOfRuns = (holds: (run: number) => boolean) =>
  Array.from({ length: runs }, (_, run) => run).filter(holds).length / runs;

describe('what is promised of 40 arms, 5 launches against 10 accepted', () => {
  const found = (sd: number, slower: number) =>
    shareOfRuns((run) => judgeLaunches(simulated(sd, slower, run))[0]!.call === 'slower');

  test.each([
    [0.04, 0.2, 0.995],
    [0.04, 0.1, 0.87],
    [0.02, 0.05, 0.87],
  ])('launches that spread by %s find a step %s slower', (sd, slower, least) => {
    // Nine in ten, less two standard errors of 400 runs.
    expect(found(sd, slower)).toBeGreaterThanOrEqual(least);
  });

  test.each([0.02, 0.04, 0.1])('launches that spread by %s raise a false alarm in one run of twenty at most', (sd) => {
    const alarms = shareOfRuns((run) => judgeLaunches(simulated(sd, 0, run)).some((one) => one!.call === 'slower'));
    expect(alarms).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
