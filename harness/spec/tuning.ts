import { z } from 'zod';
import { count, nameSchema, positive, profileNames } from './words.ts';

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

const values = z.array(z.number().nullable()).min(1);
const better = z.enum(['higher', 'lower']);

/** A point that was tried, with its validation seed by seed; null: that training diverged. */
const gridPointSchema = z.strictObject({ ...point, values });
export type GridPoint = z.infer<typeof gridPointSchema>;

/** The point of the best mean, the first of equal ones; null where at every point a training diverged. */
export function bestPoint(grid: readonly GridPoint[], better: 'higher' | 'lower'): GridPoint | null {
  let [chosen, most]: [GridPoint | null, number] = [null, Number.NEGATIVE_INFINITY];
  for (const tried of grid) {
    const sum = tried.values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0);
    const gain = (better === 'higher' ? sum : -sum) / tried.values.length;
    if (gain > most) [chosen, most] = [tried, gain];
  }
  return chosen;
}

/** The learning rate and λ of one arm, and what speaks for them. */
export const choiceSchema = z
  .strictObject({
    /** The arm's name, as that of its cells is without seed and tuning. */
    arm: nameSchema,
    /** Digest of its configuration without seed, learning rate and λ. */
    configuration: z.string(),
    ...point,
    /** What of the held-out examples chose: `validation_accuracy`. */
    by: z.string(),
    better,
    grid: z.array(gridPointSchema).min(1),
    ...tuningSchema.shape,
  })
  .superRefine((choice, context) => {
    const best = bestPoint(choice.grid, choice.better);
    if (best?.learning_rate !== choice.learning_rate || best.decay !== choice.decay) {
      context.addIssue({
        code: 'custom',
        message: `${choice.arm}: its learning rate and λ are not those of its best point`,
      });
    }
    if (choice.cells !== choice.grid.reduce((sum, tried) => sum + tried.values.length, 0)) {
      context.addIssue({
        code: 'custom',
        message: `${choice.arm}: its grid has another number of trainings than its cells`,
      });
    }
  });
export type TuningChoice = z.infer<typeof choiceSchema>;

/** λ that was tried on the dense network, with its validation seed by seed, and whether it is not worse than none. */
const triedDecaySchema = z.strictObject({ decay: positive, values, admitted: z.boolean() });

/** The largest λ that is admitted, as every smaller one that was tried is; null where the smallest is not. */
export function admittedDecay(tried: readonly Pick<z.infer<typeof triedDecaySchema>, 'decay' | 'admitted'>[]) {
  const ascending = tried.toSorted((left, right) => left.decay - right.decay);
  const refused = ascending.findIndex(({ admitted }) => !admitted);
  const admitted = refused < 0 ? ascending : ascending.slice(0, refused);
  return admitted.at(-1)?.decay ?? null;
}

/** λ for all arms, by the dense network. */
export const sharedDecaySchema = z
  .strictObject({
    /** Null: it bears none of those tried. */
    decay: positive.nullable(),
    learning_rate: positive,
    /** The dense network of which model and data. */
    arm: z.string(),
    configuration: z.string(),
    by: z.string(),
    better,
    /** Without decay, seed by seed. */
    reference: values,
    tried: z.array(triedDecaySchema).min(1),
    ...tuningSchema.shape,
  })
  .refine(({ decay, tried }) => decay === admittedDecay(tried), {
    error: 'λ for all arms is not the largest admitted of those tried',
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
  choices: z
    .array(choiceSchema)
    .refine((all) => new Set(all.map(({ arm }) => arm)).size === all.length, { error: 'two choices are of one arm' }),
});
export type TuningFile = z.infer<typeof tuningFileSchema>;
