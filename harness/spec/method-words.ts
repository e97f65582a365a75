import { z } from 'zod';
import type { Choice, FactorWords } from './kind-words.ts';
import { type BaseConfig, baseConfig, budgetUnitSchema, type FactorValue, positive } from './words.ts';

/** What kinds share whose cells train a network under a method: budget, initialization, regularizer, and λ. */

/** Whose learning rate and λ an arm has: all arms', or its own. */
export const tuningNames = ['shared', 'tuned'] as const;

/** The factors of an arm. */
export function methodFactorsSchema<const I extends readonly string[], const R extends readonly string[]>(
  inits: I,
  regularizers: R,
) {
  return {
    /** Parameters to keep over all parameters, or rank scales; above 1 the factors hold more than the dense layer. */
    budget: z.array(positive).min(1),
    init: z.array(z.enum(inits)).min(1),
    regularizer: z.array(z.enum(regularizers)).min(1),
    /** Values of λ in place of the training's. */
    decay: z.array(positive).min(1).optional(),
    /** Learning rates in place of the training's. */
    learning_rate: z.array(positive).min(1).optional(),
    /** Whether learning rate and λ are the training's, or those that `tune` has found for the arm. */
    tuning: z.array(z.enum(tuningNames)).min(1).optional(),
  };
}

/** The fields of a configuration, beside model, data set and training. */
export function methodConfigSchema<const I extends readonly string[], const R extends readonly string[]>(
  inits: I,
  regularizers: R,
) {
  return {
    init: z.enum(inits),
    regularizer: z.enum(regularizers),
    budget: positive,
    budgetUnit: budgetUnitSchema.optional(),
    /** Present where `tune` has found learning rate and λ. */
    tuning: z.literal('tuned').optional(),
    ...baseConfig,
  };
}

interface MethodConfig extends BaseConfig {
  init: string;
  regularizer: string;
  budget: number;
  training: { learningRate: number; decay: number };
  tuning?: 'tuned' | undefined;
}

/** The coordinates of a cell, in the order of names and tables. */
export function methodFactors(inits: readonly string[], regularizers: readonly string[]) {
  return {
    method: { of: ({ method }) => method },
    budget: { of: ({ budget }) => budget, silent: 1 },
    init: { of: ({ init }) => init, order: inits },
    regularizer: { of: ({ regularizer }) => regularizer, order: regularizers },
    decay: { of: ({ training }) => training.decay },
    learning_rate: { of: ({ training }) => training.learningRate },
    tuning: { of: ({ tuning = 'shared' }) => tuning, order: tuningNames, silent: 'shared' },
  } satisfies Record<string, FactorWords<MethodConfig>>;
}

/** A cell's configuration but for the training. */
export function methodConfigOf(task: string, { model, dataset, method, factors, budgetUnit, seed }: Choice) {
  const { budget, init, regularizer } = factors;
  const unit = budgetUnit === undefined ? {} : { budgetUnit };
  const tuning = factors.tuning === 'tuned' ? { tuning: factors.tuning } : {};
  return { task, model, dataset, method, init, regularizer, budget, seed, ...unit, ...tuning };
}

/** The learning rate and λ of a cell: those found for it, else those of its factors, else the training's. */
export function ratesOf(training: { learningRate: number; decay: number }, { factors, tuned }: Choice) {
  return {
    learningRate: tuned?.learning_rate ?? factors.learning_rate ?? training.learningRate,
    decay: tuned?.decay ?? factors.decay ?? training.decay,
  };
}

/** The learning rate and λ that decide something: without a regularizer λ does not. */
export function decidingRates(config: { regularizer: string; training: { learningRate: number; decay: number } }) {
  const { learningRate, decay } = config.training;
  return { learning_rate: learningRate, decay: config.regularizer === 'none' ? null : decay };
}

/** Factors that decide nothing beside the others: λ without decay, and who has not been tuned. */
export function idleFactors({ regularizer, tuning }: Readonly<Record<string, FactorValue>>): string[] {
  return [...(regularizer === 'none' ? ['decay'] : []), ...(tuning === 'shared' ? ['tuning'] : [])];
}

/** A training's length for people: `8 epochs`. */
export function epochsText(epochs: number): string {
  return epochs === 1 ? '1 epoch' : `${epochs} epochs`;
}
