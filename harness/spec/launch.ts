import { z } from 'zod';

/** How fast a cell's process trained, beside a network that all cells share and a computation that never changes. */

const milliseconds = z.number().positive();

/** Of what one alternation gives, over all alternations: the values at a quarter of the sorted list from either end. */
const timesSchema = z.strictObject({ lower: milliseconds, median: milliseconds, upper: milliseconds });
export type Times = z.infer<typeof timesSchema>;

export const launchSchema = z.strictObject({
  /** Id of the configuration whose step is the reference. */
  reference: z.string(),
  /** What runs JavaScript, which the fixed kernel follows: `node v20.20.2`. */
  runtime: z.string(),
  /** How often each of the three was timed, in turn. */
  alternations: z.int().positive(),
  /** Milliseconds a call. */
  own: timesSchema,
  dense: timesSchema,
  kernel: timesSchema,
  /** Median over the alternations of ln(own / dense). */
  x: z.number(),
  /** Median over the alternations of ln(dense / kernel). */
  c: z.number(),
  /** Median user CPU time of a training step, of all threads, in milliseconds; only reported. */
  step_user_cpu_ms: z.number().min(0),
  /** How often a second the system took the processor from this process while it measured. */
  involuntary_switches_per_second: z.number().min(0),
  /** Why it measured something else than the program's speed, a clause each; none: it may be compared. */
  void: z.array(z.string()),
});
/** One process's measurement: one sample of an arm's speed. */
export type Launch = z.infer<typeof launchSchema>;
