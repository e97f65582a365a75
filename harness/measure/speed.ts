import { Bench } from 'tinybench';
import { median } from '../statistics/moments.ts';

/** Times of repeated calls, in milliseconds. */
export interface Timing {
  median: number;
  /** The shortest call. */
  best: number;
  /** Half the distance between the quartiles, relative to the median. */
  spread: number;
}

/**
 * Times a task after warm-up calls.
 *
 * @param now the clock, in milliseconds
 */
export async function timeTask(
  task: () => void,
  calls: { warmup: number; timed: number },
  now: () => number = () => performance.now(),
): Promise<Timing> {
  const bench = new Bench({
    now,
    time: 0,
    iterations: calls.timed,
    warmup: true,
    warmupTime: 0,
    warmupIterations: calls.warmup,
    retainSamples: true,
    throws: true,
  });
  // Said, because finding out costs a call, and a call may be a training step.
  bench.add('task', task, { async: false });
  const [measured] = await bench.run();
  const result = measured!.result;
  if (result.state !== 'completed') throw new Error(`timeTask: the measurement ended as '${result.state}'`);
  return timingOf(result.latency.samples!);
}

/** Summarizes measured times. */
export function timingOf(milliseconds: readonly number[]): Timing {
  const { lower, median: center, upper } = quartilesOf(milliseconds);
  return { median: center, best: Math.min(...milliseconds), spread: (upper - lower) / (2 * center) };
}

/** The median, and the quartiles: the values at a quarter of the sorted list from either end. */
export function quartilesOf(values: readonly number[]): { lower: number; median: number; upper: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  return { lower: sorted[quarter]!, median: median(sorted), upper: sorted[sorted.length - 1 - quarter]! };
}
