import { Bench } from 'tinybench';

/** Times of repeated calls, in milliseconds. */
export interface Timing {
  median: number;
  /** Half the distance between the quartiles, relative to the median. */
  spread: number;
}

/** Times a task after warm-up calls. */
export async function timeTask(task: () => void, calls: { warmup: number; timed: number }): Promise<Timing> {
  const bench = new Bench({
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
  const { p50, p75, samples } = result.latency;
  const lowerQuartile = samples![Math.floor(samples!.length / 4)]!;
  return { median: p50, spread: (p75 - lowerQuartile) / (2 * p50) };
}
