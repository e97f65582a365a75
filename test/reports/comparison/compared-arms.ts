import type { ComparedArm, Comparison } from '../../../reports/comparison/compare-runs.ts';

const side = { seeds: [0], leftOut: [], lost: [], sd: null, parameters: 27053, trainExamplesPerSecond: 400 };

/** One arm of one seed, 55 % before and 60 % after. */
export const comparedArm: ComparedArm = {
  arm: 'low-rank-0.1.default.weight-decay.resnet-20.generated',
  metric: 'accuracy',
  design: 'paired',
  kind: 'image',
  model: 'resnet-20',
  dataset: 'generated',
  factors: [
    { name: 'method', value: 'low-rank' },
    { name: 'budget', value: 0.1 },
    { name: 'init', value: 'default' },
    { name: 'regularizer', value: 'weight-decay' },
  ],
  before: { ...side, mean: 0.55 },
  after: { ...side, mean: 0.6, parameters: 27000, trainExamplesPerSecond: 500 },
  difference: 0.05,
  t: null,
  p: null,
  adjustedP: null,
  interval: null,
  speedRatio: 1.25,
  parameterDifference: -53,
  sharedSeeds: 1,
  bitIdentical: 1,
  configChanges: [],
};

/** An arm whose metric is better when lower, of other seeds before and after: 180 and 183.25. */
export const perplexityArm: ComparedArm = {
  ...comparedArm,
  arm: 'dense.released',
  metric: 'perplexity',
  design: 'two-sample',
  kind: 'translation',
  model: null,
  dataset: null,
  factors: [
    { name: 'method', value: 'dense' },
    { name: 'coupling', value: 'released' },
  ],
  before: { ...side, seeds: [0, 1], lost: [2], mean: 180, sd: 1.5 },
  after: { ...side, seeds: [3, 4, 5], mean: 183.25, sd: 1 },
  difference: 3.25,
  interval: [-1.25, 7.75],
  p: 0.0625,
  adjustedP: 0.125,
  speedRatio: null,
  parameterDifference: null,
};

/** What a suite's comparison holds beside its arms. */
export function comparisonOf(arms: ComparedArm[], overrides: Partial<Comparison> = {}): Comparison {
  return { suite: 'compression', profile: 'smoke', arms, uncompared: [], environment: [], ...overrides };
}
