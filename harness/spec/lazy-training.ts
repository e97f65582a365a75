import { z } from 'zod';
import type { KindWords } from './kind-words.ts';
import { armSchemaOf, baseConfig, count, fraction, positive } from './words.ts';

/**
 * The words of lazy training: what two-layers networks with N quadratic units in d dimensions can learn of a target when
 * all of their weights are trained, when they are linearized around a random start, and when only the second layer is
 * trained (Ghorbani, Mei, Misiakiewicz and Montanari, NeurIPS 2019). Every risk is exact for its draw of target and
 * weights, and so is the least one.
 */

/**
 * What of the network is trained, and so which quadratic forms f(x) = ⟨x, Ax⟩ + c it can be; rows wᵢ of W are drawn from
 * N(0, I/d):
 *
 * - `random-features` (RF): f(x) = Σ aᵢ⟨wᵢ, x⟩² + c, a and c trained.
 * - `neural-tangent` (NT): f(x) = Σ ⟨bᵢ, x⟩⟨wᵢ, x⟩ + c, b and c trained: the network linearized in its first layer.
 * - `neural-network` (NN): f(x) = Σ ⟨wᵢ, x⟩² + c, W and c trained.
 */
export const regimeNames = ['random-features', 'neural-tangent', 'neural-network'] as const;
export type RegimeName = (typeof regimeNames)[number];

/**
 * What is learnt, with square loss:
 *
 * - `quadratic`: y = ⟨x, Bx⟩ − Tr B of x ~ N(0, I), B = diag(λ), λₖ ~ Exp(1)/√d.
 * - `mixture`: y = ±1, each with probability ½, of x ~ N(0, I ± Δ), Δ = diag(δ), δₖ ~ U(0, 2)/√d.
 */
export const targetNames = ['quadratic', 'mixture'] as const;
export type TargetName = (typeof targetNames)[number];

/**
 * How the trained weights are found: in closed form, by gradient descent on the population risk itself (both in float64),
 * or by Adam on batches of fresh examples (on the engine).
 */
export const fitNames = ['closed-form', 'gradient-descent', 'adam'] as const;
export type FitName = (typeof fitNames)[number];

/** Steps w ← w − ηv, v ← μv + g, along the exact gradient g of the population risk over that of the best constant. */
const gradientDescentFields = { learningRate: positive, momentum: z.number().min(0).lt(1), steps: count };

const adamFields = {
  learningRate: positive,
  batchSize: count.max(1e6),
  steps: count,
  /** Where the learning rate falls: from a fraction of the steps on it is `to` times the first one. */
  falls: z.array(z.strictObject({ at: z.number().gt(0).lt(1), to: fraction })),
};

const gradientDescentSchema = z.strictObject(gradientDescentFields);
const adamSchema = z.strictObject(adamFields);

const fitSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('closed-form') }),
  z.strictObject({ name: z.literal('gradient-descent'), ...gradientDescentFields }),
  z.strictObject({ name: z.literal('adam'), ...adamFields }),
]);

/** The fewest dimensions of a mixture: from there on δₖ ≤ ½ and ‖δ‖ ≤ 2, for which the least risk of NN is known. */
const fewestOfMixture = 16;

const task = z.literal('lazy-training');
const targetFields = {
  target: z.enum(targetNames),
  /** d */
  dimension: count.max(1e4),
  /** Fresh examples by which each risk is also estimated. */
  sampledExamples: count.min(2),
};

export const lazyTrainingArmSchema = armSchemaOf({
  /** N/d */
  width_ratio: z.array(positive).min(1),
  fit: z.array(z.enum(fitNames)).min(1),
});

export const lazyTrainingExperimentSchema = z
  .strictObject({
    task,
    ...targetFields,
    gradientDescent: gradientDescentSchema.optional(),
    adam: adamSchema.optional(),
    arms: z.array(lazyTrainingArmSchema).min(1),
  })
  .superRefine(({ arms, gradientDescent, adam }, context) => {
    const settings = { 'gradient-descent': gradientDescent, adam };
    for (const [fit, setting] of Object.entries(settings)) {
      if (setting !== undefined || !arms.some(({ factors }) => factors.fit.includes(fit as FitName))) continue;
      const path = [fit === 'adam' ? 'adam' : 'gradientDescent'];
      context.addIssue({
        code: 'custom',
        path,
        message: `is missing, but an arm has fit ${fit}; say how it is trained`,
      });
    }
  });

export const lazyTrainingConfigSchema = z
  .strictObject({
    task,
    ...targetFields,
    ...baseConfig,
    method: z.enum(regimeNames),
    /** N/d, of a whole N. */
    widthRatio: positive,
    fit: fitSchema,
  })
  .superRefine((config, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const { dimension: d, widthRatio, method, target } = config;
    const width = widthOf(config);
    // Ratios such as 1/15 are written with a few digits.
    if (width < 1 || Math.abs(width - widthRatio * d) > 0.01) {
      refuse('widthRatio', `${widthRatio} times dimension ${d} is no whole number of units; choose one that is`);
    }
    if (method === 'random-features' && width > (d * (d + 1)) / 2) {
      refuse('widthRatio', `${width} random features of ${d} dimensions are dependent; use at most d(d + 1)/2`);
    }
    if (target === 'mixture' && d < fewestOfMixture) {
      refuse('dimension', `a mixture needs ${fewestOfMixture} at least: its least risks are known for small δ alone`);
    }
  });

const amount = z.number().min(0);

/** What a record holds beside: what its risk is held against. Risks are over that of the best constant, 1. */
export const lazyTrainingDetailsSchema = z.strictObject({
  /** N */
  width: count,
  /** Numbers that are trained. */
  trained_parameters: count,
  /** The risk of the best constant: 2‖B‖²_F, or 1 of the mixture. */
  constant_risk: positive,
  /** The least risk that the regime can have with these features and this target, by a formula. */
  optimum: amount,
  /** Its mean over the features at this target, where a formula has it: of NT of the quadratic target. */
  mean_optimum: amount.nullable(),
  /** ‖B‖²_F, or ‖Δ‖²_F. */
  squared_norm: positive,
  /** β = Tr(B)²/(d‖B‖²_F), or that of Δ. */
  trace_share: amount,
  /** Standard error of the risk that is estimated by fresh examples. */
  sampled_standard_error: amount,
});

export type LazyTrainingArmSpec = z.infer<typeof lazyTrainingArmSchema>;
export type LazyTrainingExperimentSpec = z.infer<typeof lazyTrainingExperimentSchema>;
export type LazyTrainingConfig = z.infer<typeof lazyTrainingConfigSchema>;
export type LazyTrainingDetails = z.infer<typeof lazyTrainingDetailsSchema>;
export type GradientDescentSpec = z.infer<typeof gradientDescentSchema>;
export type AdamFitSpec = z.infer<typeof adamSchema>;

export const lazyTraining: KindWords<LazyTrainingConfig, LazyTrainingExperimentSpec> = {
  task: task.value,
  metrics: ['relative_risk', 'sampled_risk'],
  at: 'step',
  examples: 'examples',
  usesMethods: false,
  experiment: lazyTrainingExperimentSchema,
  config: lazyTrainingConfigSchema,
  details: lazyTrainingDetailsSchema,
  factors: {
    method: { of: ({ method }) => method, order: regimeNames },
    width_ratio: { of: ({ widthRatio }) => widthRatio },
    fit: { of: ({ fit }) => fit.name, order: fitNames },
  },
  configOf({ task: kind, target, dimension, sampledExamples, ...fits }, { method, factors, seed }) {
    const { width_ratio: widthRatio, fit } = factors;
    const settings = { 'closed-form': {}, 'gradient-descent': fits.gradientDescent, adam: fits.adam };
    const own = { name: fit, ...settings[fit as FitName] };
    return { task: kind, target, dimension, sampledExamples, method, widthRatio, fit: own, seed };
  },
  model: () => null,
  dataset: ({ target, dimension }) => `${target}-d${dimension}`,
  rates: ({ fit }) => ({ learning_rate: fit.name === 'closed-form' ? null : fit.learningRate, decay: null }),
  length: ({ fit }) => (fit.name === 'closed-form' ? null : `${fit.steps} steps`),
};

/** N */
export function widthOf({ dimension, widthRatio }: Pick<LazyTrainingConfig, 'dimension' | 'widthRatio'>): number {
  return Math.round(widthRatio * dimension);
}

/** Whether a configuration is one of this kind. */
export function isLazyTraining(config: { task: string }): config is LazyTrainingConfig {
  return config.task === lazyTraining.task;
}
