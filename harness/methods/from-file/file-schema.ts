import { z } from 'zod';
import { Variable } from '../../engine/variable.ts';
import { trainingSchema } from '../../spec/image.ts';
import { sequenceTrainingSchema } from '../../spec/translation.ts';
import { initNames, regularizerNames } from '../../spec/words.ts';

/** What a method's file may give: the parts of `LayerMethod` or `SparseMethod`, and the arms that it takes part in. */

// biome-ignore lint/suspicious/noExplicitAny: the parts are checked by what they return, where they are called.
type Part = (...args: any[]) => any;

const part = (form: string) =>
  z.custom<Part>((value) => typeof value === 'function', { error: `expected a function ${form}` });

/** Names of cells, and so of their files, begin with the method's. */
const longestName = 60;

const name = z
  .string({ error: "expected the method's name, a string" })
  .regex(/^[a-z][a-z0-9-]*$/, {
    error: 'expected lower-case letters, digits and hyphens, a letter first, such as my-method',
  })
  .max(longestName, { error: `expected at most ${longestName} characters` });

const layerMethodSchema = z.strictObject({
  kind: z.literal('layer'),
  name,
  parameters: part('(shape, scale) => number'),
  macs: part('(shape, scale) => number'),
  build: part('(shape, scale, init, streams) => layer'),
  matrices: z.strictObject({ parameters: part(''), macs: part(''), headSize: part(''), build: part('') }).optional(),
  /** The largest rank scale; 1 where it does not say. */
  largestScale: z.number().positive().optional(),
  /** The initializations and regularizers that it knows; those of the suite's low-rank arms where it does not say. */
  inits: z.array(z.enum(initNames)).min(1).optional(),
  regularizers: z.array(z.enum(regularizerNames)).min(1).optional(),
});

const sparseMethodSchema = z.strictObject({
  kind: z.literal('sparse'),
  name,
  phases: part('(training, share) => phases'),
  start: part('(context) => ({ variables, beforePhase })'),
  fewestKept: part('(layers) => number').optional(),
  budgetMetAfter: part('(steps) => number').optional(),
  imagesOnly: z.boolean().optional(),
});

export const methodSchema = z.discriminatedUnion('kind', [layerMethodSchema, sparseMethodSchema], {
  error: ({ code }) =>
    code === 'invalid_union' ? "expected 'layer' or 'sparse'" : 'expected an object with kind, name, ...',
});

export type GivenLayerMethod = z.infer<typeof layerMethodSchema>;
export type GivenSparseMethod = z.infer<typeof sparseMethodSchema>;

const variables = z.array(
  z.custom<Variable>((value) => value instanceof Variable, { error: 'expected a Variable, as variableOf makes it' }),
  { error: 'expected an array of Variables' },
);

/** What `build` returns. */
export const layerSchema = z.strictObject({
  variables: variables.min(1, { error: 'expected one Variable at least' }),
  apply: part('(x, pass) => tensor'),
  applyMapped: part('(x, { scale, offset }) => tensor').optional(),
  matrix: part('() => tensor'),
  frobeniusGradients: part('() => tensors').optional(),
  warnings: z.array(z.string()).optional(),
});

/** What `start` returns. */
export const sparseRunSchema = z.strictObject({
  variables,
  beforePhase: part('(phase) => void'),
  afterStep: part('(event) => void').optional(),
});

const [images, sequences] = [trainingSchema.shape, sequenceTrainingSchema.shape];

/**
 * A phase's length and schedule, of whatever training; that all else is the cell's is asked where phases are planned.
 */
const phaseTrainingSchema = z.looseObject({
  epochs: images.epochs,
  learningRate: images.learningRate,
  firstEpochLearningRate: images.firstEpochLearningRate.optional(),
  decayAt: images.decayAt.optional(),
  decayFactor: images.decayFactor.optional(),
  updates: sequences.updates.optional(),
  warmupUpdates: sequences.warmupUpdates.optional(),
  constantUpdates: sequences.constantUpdates.optional(),
});

export const phasesSchema = z.array(z.strictObject({ label: z.string().min(1), training: phaseTrainingSchema })).min(1);

export const countSchema = z.int({ error: 'expected a whole number' }).min(0, { error: 'expected no number below 0' });
