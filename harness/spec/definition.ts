import { z } from 'zod';
import { arithmetics } from '../fingerprint.ts';

/** What the engine is asked to compute in a cell, told without training, and its first steps. */

const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]+$/);

/** One recorded step. */
const graphSchema = z.strictObject({
  /** The training, by its label, or evaluation. */
  of: z.string(),
  /** Names, types and shapes of what it is fed. */
  feeds: z.string(),
  /** SHA-256 of its operations, their wiring and attributes, and the bytes of constants. */
  digest,
  /**
   * Of the first graph of each training, and of evaluation, its operations and constants with their counts, `; `-joined:
   * what a difference is told by. The others, for feeds of other shapes, have the same but for shapes.
   */
  operations: z.string().optional(),
});

export const definitionSchema = z.strictObject({
  /** Digest of the data; empty where there are none. */
  data: z.string(),
  /** Every recorded step, the trainings' first. */
  graphs: z.array(graphSchema),
  /** Steps of the trainings that follow one another. */
  phases: z.array(z.strictObject({ label: z.string(), steps: count })),
  /**
   * By what is drawn (order of examples, views, labels, learning rate): at each point of the curve the first 8
   * hexadecimal digits of a SHA-256 over all steps up to it.
   */
  drawn: z.record(z.string(), z.string()),
  /** Learning rates as `rate*steps`, one after another; null where these are too many. */
  rates: z.string().nullable(),
  /** Digests of what the first steps are fed, by the feed's name. */
  inputs: z.array(z.record(z.string(), digest)),
  /** Digests of what is evaluated on. */
  tests: z.record(z.string(), digest),
  /** All values before the first step, those of optimizers and masks included. */
  initial: z.strictObject({ digest, norms: z.record(z.string(), z.number()) }),
  first_steps: z.strictObject({
    arithmetic: z.enum(arithmetics),
    threads: count,
    /** Of each step; null where it is no finite number. */
    losses: z.array(z.number().nullable()),
    /** By variable: after each step the norm and one projection of its value and of what the optimizer keeps for it. */
    values: z.record(z.string(), z.string()),
  }),
  counts: z.record(z.string(), count),
  /** What else decides the result, by name: exact checks, digests of vocabularies and references. */
  facts: z.record(z.string(), z.json()),
});
export type Definition = z.infer<typeof definitionSchema>;
export type RecordedGraph = z.infer<typeof graphSchema>;

/** Steps whose inputs and values are kept: rounding grows about sixfold a step, so that later ones tell nothing exact. */
export const firstStepCount = 3;
