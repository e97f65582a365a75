import { z } from 'zod';
import { count, positive, profileNames } from './words.ts';

/** The words of tuning: which learning rates and λ are tried for an arm, and which it is given. */

/** The most points that an arm's grid may have: more would buy an arm its place. */
export const mostGridPoints = 6;

/** What `tune` tries for each arm that asks for it: every pair of both lists. */
export const gridSchema = z
  .strictObject({
    learningRate: z.array(positive).min(1),
    decay: z.array(positive).min(1),
    /** Replicates of each point. */
    seeds: count.max(100),
  })
  .refine(({ learningRate, decay }) => learningRate.length * decay.length <= mostGridPoints, {
    error: `has more than ${mostGridPoints} points`,
  });
export type Grid = z.infer<typeof gridSchema>;

/** What finding a cell's learning rate and λ has cost, and on which data it was found. */
export const tuningSchema = z.strictObject({
  /** Trainings of the grid. */
  cells: count,
  /** Multiply-accumulates of all of them; null: they were not counted. */
  training_macs: z.number().min(0).nullable(),
  /** Digest of the data, as a fingerprint has it. */
  data: z.string(),
});
export type Tuning = z.infer<typeof tuningSchema>;

const point = {
  learning_rate: positive,
  /** Null: without a regularizer λ decides nothing. */
  decay: positive.nullable(),
};

/** The learning rate and λ of one arm, and what speaks for them. */
export const choiceSchema = z
  .strictObject({
    /** The arm's name, as that of its cells is without seed and tuning. */
    arm: z.string(),
    /** Digest of its configuration without seed, learning rate and λ. */
    configuration: z.string(),
    ...point,
    /** What of the held-out examples chose: `validation_accuracy`. */
    by: z.string(),
    better: z.enum(['higher', 'lower']),
    /** Every point that was tried, with its values seed by seed; null: that training diverged. */
    grid: z.array(z.strictObject({ ...point, values: z.array(z.number().nullable()).min(1) })).min(1),
    ...tuningSchema.shape,
  })
  .refine(({ grid, learning_rate: rate, decay }) =>
    grid.some((tried) => tried.learning_rate === rate && tried.decay === decay),
  );
export type TuningChoice = z.infer<typeof choiceSchema>;

/** λ for all arms, by the dense network: `reference` is without decay. */
export const sharedDecaySchema = z.strictObject({
  decay: positive,
  learning_rate: positive,
  /** The dense network of which model and data. */
  arm: z.string(),
  by: z.string(),
  reference: z.array(z.number()).min(1),
  tried: z
    .array(z.strictObject({ decay: positive, values: z.array(z.number().nullable()).min(1), admitted: z.boolean() }))
    .min(1),
});
export type SharedDecay = z.infer<typeof sharedDecaySchema>;

export const tuningVersion = 1;

/** The stored choices of a suite's profile. */
export const tuningFileSchema = z.strictObject({
  version: z.literal(tuningVersion),
  suite: z.string(),
  profile: z.enum(profileNames),
  /** What the dense network says of a shared λ; null: it was not among what was tuned. */
  shared: sharedDecaySchema.nullable(),
  choices: z.array(choiceSchema),
});
export type TuningFile = z.infer<typeof tuningFileSchema>;
