import { expect, test } from 'vitest';
import { type LaunchClock, measureLaunch } from '../../harness/measure/launch.ts';
import { launchSchema } from '../../harness/spec/launch.ts';

/** A machine on which time passes only in what is computed. */
function machine() {
  const state = { time: 0, user: 0, switches: 0, clock: 0, quota: 0, order: [] as string[] };
  const clock: LaunchClock = {
    now: () => state.time,
    userCpu: () => state.user,
    involuntarySwitches: () => state.switches,
    throttled: () => ({ clock: state.clock, quota: state.quota }),
  };
  const part =
    (name: string, milliseconds: () => number): (() => void) =>
    () => {
      if (state.order.at(-1) !== name) state.order.push(name);
      const took = milliseconds();
      state.time += took;
      state.user += 1.5 * took;
    };
  return { state, clock, part };
}

test('ratios of what is timed in turn, forth and back, whatever the machine’s pace', async () => {
  const { state, clock, part } = machine();
  // It gets slower all the time.
  const drift = () => 1 + state.time / 20_000;
  const parts = {
    own: part('own', () => 30 * drift()),
    dense: part('dense', () => 60 * drift()),
    kernel: part('kernel', () => 10),
  };
  const launch = await measureLaunch(parts, clock);
  expect(Math.exp(launch.x)).toBeCloseTo(0.5, 1);
  expect(launch.own.median).toBeGreaterThan(30);
  expect(launch.step_user_cpu_ms).toBeCloseTo(1.5 * launch.own.median, 6);
  expect(launch.kernel).toEqual({ lower: 10, median: 10, upper: 10 });
  expect(launch.void).toEqual([]);
  // Made ready one after another; then ABBA, in which the last of one alternation is the first of the next.
  expect(state.order.slice(3, 8)).toEqual(['own', 'dense', 'kernel', 'dense', 'own']);
  expect(launchSchema.parse({ ...launch, reference: 'dense', runtime: 'node' })).toMatchObject(launch);
});

test('is void where the kernel’s quartiles are more than 10 % apart', async () => {
  const { clock, part } = machine();
  let call = 0;
  const launchOf = (most: number) => {
    const parts = {
      own: part('own', () => 30),
      dense: part('dense', () => 60),
      kernel: part('kernel', () => 60 + (most * (call++ % 4)) / 3),
    };
    return measureLaunch(parts, clock);
  };
  expect((await launchOf(5)).void).toEqual([]);
  expect((await launchOf(30)).void).toEqual([expect.stringContaining('fixed kernel are more than 10 % apart')]);
});

test('is void where the processor was held back, and tells how often it was taken away', async () => {
  const { state, clock, part } = machine();
  const parts = {
    own: part('own', () => 30),
    dense: part('dense', () => 60),
    kernel: part('kernel', () => {
      [state.clock, state.quota] = [state.clock + 1, state.quota + 1];
      state.switches += 2;
      return 10;
    }),
  };
  const launch = await measureLaunch(parts, clock);
  expect(launch.void).toEqual([
    expect.stringContaining('held back by heat or power'),
    expect.stringContaining('share of the processor was used up'),
  ]);
  // Two switches in each 10 ms of a third of the time.
  expect(launch.involuntary_switches_per_second).toBeCloseTo(200 / 3, 0);
});
