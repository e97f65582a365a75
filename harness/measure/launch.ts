import type { Launch } from '../spec/launch.ts';
import { median } from '../statistics/moments.ts';
import { alternate } from './alternation.ts';
import { quartilesOf } from './speed.ts';
import { type ThrottleCounts, throttleCounts, throttledBetween } from './throttling.ts';

/** The three computations of a launch; each call is one step, or one run of the kernel. */
export interface LaunchParts {
  own(): void;
  dense(): void;
  kernel(): void;
}

/** What a process tells of itself and its machine. */
export interface LaunchClock {
  /** Milliseconds of a clock that only rises. */
  now(): number;
  /** User CPU time of all threads, in milliseconds. */
  userCpu(): number;
  involuntarySwitches(): number;
  throttled(): ThrottleCounts;
}

/** Alternations: medians of fewer tell little. */
export const launchAlternations = 7;
/** What one of the three runs for in an alternation, in milliseconds: some ticks of the system's scheduler. */
const blockMilliseconds = 60;
/** Calls that tell how many make a block. */
const trialCalls = 2;
/** The kernel's work never changes: quartiles further apart, over the median, are the machine's. */
const widestKernel = 0.1;

/** What was timed of a launch. */
export type MeasuredLaunch = Omit<Launch, 'reference' | 'runtime'>;

/**
 * Times the three in turn, in their order and in the opposite one (ABBA), so that a drift of the machine cancels in
 * their ratios.
 */
export async function measureLaunch(
  { own, dense, kernel }: LaunchParts,
  clock: LaunchClock = processClock,
): Promise<MeasuredLaunch> {
  const userCpu: number[] = [];
  const blocks = [timedBlocks(own, clock, userCpu), timedBlocks(dense, clock), timedBlocks(kernel, clock)];
  const before = { time: clock.now(), switches: clock.involuntarySwitches(), throttled: clock.throttled() };
  const series = await alternate(blocks, launchAlternations, () => {});
  const [owns, denses, kernels] = series as [number[], number[], number[]];
  const seconds = (clock.now() - before.time) / 1000;
  const times = quartilesOf(kernels);
  const isUnsteady = times.upper - times.lower > widestKernel * times.median;
  return {
    alternations: launchAlternations,
    own: quartilesOf(owns),
    dense: quartilesOf(denses),
    kernel: times,
    x: median(owns.map((value, i) => Math.log(value / denses[i]!))),
    c: median(denses.map((value, i) => Math.log(value / kernels[i]!))),
    step_user_cpu_ms: median(userCpu),
    involuntary_switches_per_second: (clock.involuntarySwitches() - before.switches) / seconds,
    void: [
      ...(isUnsteady ? ['the machine was unsteady: the quartiles of the fixed kernel are more than 10 % apart'] : []),
      ...throttledBetween(before.throttled, clock.throttled()),
    ],
  };
}

/**
 * Runs a computation for about `blockMilliseconds` at each call, after it has been made ready.
 *
 * @returns milliseconds of one run
 */
function timedBlocks(run: () => void, { now, userCpu }: LaunchClock, cpu: number[] = []): () => Promise<number> {
  // The first call may record a graph.
  run();
  const started = now();
  for (let call = 0; call < trialCalls; call++) run();
  const calls = Math.max(1, Math.round((blockMilliseconds * trialCalls) / Math.max(now() - started, 0.1)));
  return async () => {
    const [time, user] = [now(), userCpu()];
    for (let call = 0; call < calls; call++) run();
    cpu.push((userCpu() - user) / calls);
    return (now() - time) / calls;
  };
}

const processClock: LaunchClock = {
  now: () => performance.now(),
  userCpu: () => process.cpuUsage().user / 1000,
  involuntarySwitches: () => process.resourceUsage().involuntaryContextSwitches,
  throttled: () => throttleCounts(),
};
