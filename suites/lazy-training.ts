import type { LazyTrainingArmSpec, LazyTrainingExperimentSpec } from '../harness/spec/lazy-training.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';

/**
 * Lazy training: what two-layers networks learn of a quadratic function, and of a mixture of two Gaussians, when all of
 * their first layer is trained, when they are linearized in it, and when it stays random (Ghorbani et al. 2019).
 */

type Fits = LazyTrainingArmSpec['factors']['fit'];

/** All three regimes at the same widths, on the same targets and features. */
const regimes = (fit: Fits, widthRatios: readonly number[]): LazyTrainingArmSpec[] =>
  (['random-features', 'neural-tangent', 'neural-network'] as const).map((method) => ({
    method,
    factors: { width_ratio: [...widthRatios], fit },
  }));

/** The same for fewer replicates. */
const seen = (seeds: number, arms: LazyTrainingArmSpec[]) => arms.map((arm) => ({ ...arm, seeds }));

type Fitted = Pick<LazyTrainingExperimentSpec, 'gradientDescent' | 'adam'>;

/** Steps that are stable at N = 2d: curvatures go with the target's scale, which is 1 in a mixture and 4 else. */
const descent = { momentum: 0.9, steps: 2000 };
const quadraticDescent: Fitted['gradientDescent'] = { ...descent, learningRate: 0.16 };
const mixtureDescent: Fitted['gradientDescent'] = { ...descent, learningRate: 0.04 };

/** Batches are those of the authors' scripts. */
const adam = (steps: number): Fitted['adam'] => ({
  learningRate: 0.01,
  batchSize: 100,
  steps,
  falls: [
    { at: 0.5, to: 0.2 },
    { at: 0.8, to: 0.04 },
  ],
});

/** The authors' schedule, of whose 100,000 steps the last 20,000 have a tenth of the rate, and the last 10,000 a fifteenth. */
const publishedAdam: Fitted['adam'] = {
  learningRate: 0.001,
  batchSize: 100,
  steps: 100_000,
  falls: [
    { at: 0.8, to: 0.1 },
    { at: 0.9, to: 1 / 15 },
  ],
};

/** The widths of the authors' networks that are linearized: 30 to 450 units of 450 dimensions. */
const publishedRatios = Array.from({ length: 15 }, (_, i) => Number(((i + 1) / 15).toPrecision(5)));

const quadratic = (own: Omit<LazyTrainingExperimentSpec, 'task' | 'target'>): LazyTrainingExperimentSpec => ({
  task: 'lazy-training',
  target: 'quadratic',
  gradientDescent: quadraticDescent,
  ...own,
});

const mixture = (own: Omit<LazyTrainingExperimentSpec, 'task' | 'target'>): LazyTrainingExperimentSpec => ({
  task: 'lazy-training',
  target: 'mixture',
  gradientDescent: mixtureDescent,
  ...own,
});

export const lazyTraining: SuiteSpec<LazyTrainingExperimentSpec> = {
  name: 'lazy-training',
  title: 'Limitations of lazy training',
  description:
    'How much more does a two-layers network learn than its linearization, and this than random features? Exact risks ' +
    'on quadratic targets and on a mixture of Gaussians, against the least ones that theory gives, over N/d.',
  profiles: {
    smoke: {
      note:
        '40 dimensions instead of 450: every risk and the least one are exact at any size, but the limits of large ' +
        'dimensions are not reached. Adam trains for 400 steps, which shows that it runs and learns.',
      experiments: [
        quadratic({
          dimension: 40,
          sampledExamples: 4000,
          adam: adam(400),
          arms: [
            ...regimes(['closed-form'], [0.25, 0.5, 1, 2]),
            ...regimes(['gradient-descent'], [0.25]),
            ...regimes(['adam'], [0.5]),
          ],
        }),
        mixture({
          dimension: 40,
          sampledExamples: 4000,
          adam: adam(400),
          arms: [
            ...regimes(['closed-form'], [0.5, 1]),
            ...regimes(['gradient-descent'], [0.25]),
            { method: 'neural-network', factors: { width_ratio: [0.5], fit: ['adam'] } },
          ],
        }),
      ],
      seeds: 1,
      margin: 0.02,
      timeLimitSeconds: 300,
    },
    nightly: {
      note:
        '100 and 200 dimensions instead of 450, where risks are within 0.02 of the limits up to N = d. Gradient ' +
        'descent and Adam, for 3,000 steps instead of 100,000, on 100 dimensions.',
      experiments: [
        quadratic({
          dimension: 200,
          sampledExamples: 4000,
          arms: regimes(['closed-form'], [0.25, 0.5, 0.75, 1, 2]),
        }),
        quadratic({
          dimension: 100,
          sampledExamples: 4000,
          adam: adam(3000),
          arms: [
            ...regimes(['closed-form'], [0.5]),
            ...seen(3, regimes(['gradient-descent'], [0.25, 2])),
            ...seen(3, regimes(['adam'], [0.25, 0.5, 1])),
          ],
        }),
        mixture({
          dimension: 100,
          sampledExamples: 4000,
          adam: adam(3000),
          arms: [
            ...regimes(['closed-form'], [0.25, 0.5, 1, 2]),
            ...seen(3, regimes(['gradient-descent'], [0.5])),
            ...seen(3, regimes(['adam'], [0.5])),
          ],
        }),
      ],
      seeds: 4,
      margin: 0.02,
      timeLimitSeconds: 900,
    },
    paper: {
      note:
        'The authors’ 450 dimensions, targets, widths, batches and number of steps. They train by plain stochastic ' +
        'gradient descent, at rates that their scripts leave open; here Adam does, with their falls of the rate. Their ' +
        'mixture is not published with the scripts.',
      experiments: [
        quadratic({
          dimension: 450,
          sampledExamples: 10_000,
          adam: publishedAdam,
          arms: [
            ...regimes(['closed-form'], [...publishedRatios, 2]),
            ...seen(1, regimes(['gradient-descent'], [0.2, 0.4, 2])),
            ...seen(1, regimes(['adam'], publishedRatios)),
          ],
        }),
        mixture({
          dimension: 450,
          sampledExamples: 10_000,
          adam: publishedAdam,
          arms: [
            ...regimes(['closed-form'], [...publishedRatios, 2]),
            ...seen(1, regimes(['gradient-descent'], [0.2, 0.4, 2])),
            ...seen(1, regimes(['adam'], [0.2, 0.4, 0.6, 0.8, 1])),
          ],
        }),
      ],
      seeds: 3,
      margin: 0.005,
      timeLimitSeconds: 100 * 3600,
    },
  },
};
