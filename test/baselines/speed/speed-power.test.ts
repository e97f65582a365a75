import { expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { judgeLaunches, slowdownFound } from '../../../baselines/speed/judge-launches.ts';
import { speedPowerLine } from '../../../baselines/speed/speed-power.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import { fixtureLaunch } from '../../helpers/launches.ts';
import { fixtureRecord, type RecordOverrides } from '../../helpers/records.ts';

const wobble = [-0.02, 0, 0.02];

function arms(changes: RecordOverrides = {}, launched = 3) {
  return (['default', 'spectral'] as const).flatMap((init) =>
    wobble.map((noise, seed) => {
      const launch = seed < launched ? { launch: fixtureLaunch({ x: Math.log(0.5) + noise }) } : {};
      return fixtureRecord({ profile: 'nightly', ...launch, ...changes }, { init, seed });
    }),
  );
}

const baselineOf = (records: ReturnType<typeof arms>) =>
  acceptRecords(records, null, { why: 'first', at: '2026-11-23T00:00:00.000Z' });

test('the smallest slowdown that a check finds is told from the accepted launches of one machine', () => {
  const line = speedPowerLine(baselineOf(arms()), { seeds: 3 });
  // s = 0.02 of each arm, 2 degrees of freedom an arm, and as many of the launches to come.
  const found = slowdownFound({ sd: 0.02, df: 8 }, { arms: 2, accepted: 3, measured: 3, power: 0.8 });
  expect(line).toBe(
    'Speed: 3 launches an arm against 3 accepted, 2 arms, on the machine of these: a step ' +
      `${(100 * found).toFixed(1)} % slower than accepted in one arm is found with 80 %; a launch spreads by 2.0 %.`,
  );
  const more = speedPowerLine(baselineOf(arms()), { seeds: 10 });
  expect(Number(/step (\S+) %/.exec(more)![1])).toBeLessThan(100 * found);
});

test('where nothing tells, that is said', () => {
  const untold = 'so that nothing tells which slowdown a check finds';
  expect(speedPowerLine(baselineOf(arms({}, 0)), { seeds: 3 })).toContain(`no launches of these cells, ${untold}`);
  expect(speedPowerLine(baselineOf(arms()), { seeds: 3, ids: new Set(['x']) })).toContain('no launches of these cells');
  expect(speedPowerLine(baselineOf(arms({}, 2)), { seeds: 3 })).toContain('no arm has 3 accepted launches');
  expect(speedPowerLine(baselineOf(arms({ profile: 'smoke' })), { seeds: 1 })).toContain('times no launches');
});

test('a slowdown that is stated with 80 % is found in that share of simulated checks', () => {
  const [sd, count, accepted, measured] = [0.03, 10, 5, 3];
  const df = count * (accepted - 1 + measured - 1);
  const slowdown = slowdownFound({ sd, df }, { arms: count, accepted, measured, power: 0.8 });
  const draws = streamsOf('test/speed-power', 0)('launches');
  const checks = 1000;
  let found = 0;
  for (let check = 0; check < checks; check++) {
    const samples = Array.from({ length: count }, (_, arm) => ({
      accepted: [...gaussian(accepted, sd, draws)],
      measured: [...gaussian(measured, sd, draws, arm === 0 ? Math.log1p(slowdown) : 0)],
    }));
    if (judgeLaunches(samples)[0]!.call === 'slower') found++;
  }
  // Three standard errors of a share of 0.8 in 1,000 are 0.038.
  expect(Math.abs(found / checks - 0.8)).toBeLessThan(0.04);
});
