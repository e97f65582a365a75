import { z } from 'zod';
import type { KindWords } from '../../harness/spec/kind-words.ts';
import { armSchemaOf, baseConfig, count, positive } from '../../harness/spec/words.ts';

/**
 * A kind of task that exists in tests only: the mean of a normal distribution of standard deviation σ, fitted by
 * gradient steps. A pupil starts from the weights of a master that saw more data.
 */
export const task = 'gauss-fit';

/** Nats of a held-out sample, negative here: higher is better. */
export const likelihood = 'held_out_nats';
/** How much better the fitted sample is than the held-out one: lower is better. */
export const gap = 'fitting_gap';

const training = z.strictObject({ steps: count, stepMs: z.number().min(0), rate: positive });

const configSchema = z.strictObject({
  task: z.literal(task),
  sigma: positive,
  dimension: count,
  training,
  ...baseConfig,
});

const experimentSchema = z.strictObject({
  task: z.literal(task),
  dimension: count,
  training,
  arms: z.array(armSchemaOf({ sigma: z.array(positive).min(1) })).min(1),
});

export type GaussConfig = z.infer<typeof configSchema>;
export type GaussExperiment = z.infer<typeof experimentSchema>;

export const words: KindWords<GaussConfig, GaussExperiment> = {
  task,
  metrics: [likelihood, gap],
  at: 'step',
  examples: 'draws',
  usesMethods: false,
  experiment: experimentSchema,
  config: configSchema,
  details: z.strictObject({ mean_norm: z.number() }),
  factors: {
    method: { of: ({ method }) => method, order: ['master', 'pupil'] },
    sigma: { of: ({ sigma }) => sigma },
  },
  configOf: (experiment, { method, factors, seed }) => {
    const { dimension, training: own } = experiment;
    return { task, sigma: factors.sigma, dimension, training: own, method, seed };
  },
  model: () => null,
  dataset: () => null,
  rates: (config) => ({ learning_rate: config.training.rate, decay: null }),
  length: (config) => `${config.training.steps} steps`,
  needs: (config) => (config.method === 'pupil' ? [{ role: 'master', config: { ...config, method: 'master' } }] : []),
};
