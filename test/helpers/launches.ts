import type { Launch } from '../../harness/spec/launch.ts';

/** A launch on a steady machine whose dense step takes 100 ms and its kernel 10 ms. */
export function fixtureLaunch(changes: Partial<Launch> = {}): Launch {
  const around = (median: number) => ({ lower: 0.99 * median, median, upper: 1.01 * median });
  return {
    reference: 'dense',
    runtime: 'node v20',
    alternations: 7,
    own: around(50),
    dense: around(100),
    kernel: around(10),
    x: Math.log(0.5),
    c: Math.log(10),
    step_user_cpu_ms: 50,
    involuntary_switches_per_second: 0.5,
    void: [],
    ...changes,
  };
}
