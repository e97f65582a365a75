/** Measured quantities: how people speak of them, which way is better, and which values they can have. */

export interface Metric {
  /** Within a sentence, and as a column's name. */
  title: string;
  better: 'higher' | 'lower';
  /** Behind a value, `%` or such as `nats`; empty for points. */
  unit: string;
  /** The value that is shown as 100: the best or the whole; null: values are shown as they are. */
  full: number | null;
  /** Bounds, both possible; null: none. */
  least: number | null;
  most: number | null;
  /** What it is measured of, within a sentence. */
  of: string;
}

const known = new Map<string, Metric>(
  Object.entries({
    accuracy: { title: 'accuracy', better: 'higher', unit: '%', full: 1, least: 0, most: 1, of: 'the last epoch' },
    bleu: {
      title: 'BLEU',
      better: 'higher',
      unit: '',
      full: 100,
      least: 0,
      most: 100,
      of: 'the weights that are decoded',
    },
    chrf: {
      title: 'chrF',
      better: 'higher',
      unit: '',
      full: 100,
      least: 0,
      most: 100,
      of: 'the weights that are decoded',
    },
    valid_loss: {
      title: 'validation loss',
      better: 'lower',
      unit: 'nats',
      full: null,
      least: 0,
      most: null,
      of: 'the weights that are decoded',
    },
    perplexity: {
      title: 'perplexity',
      better: 'lower',
      unit: '',
      full: null,
      least: 1,
      most: null,
      of: 'the weights that are decoded',
    },
    collapsed_accuracy: {
      title: 'accuracy after collapsing',
      better: 'higher',
      unit: '%',
      full: 1,
      least: 0,
      most: 1,
      of: 'the last epoch, factors collapsed into one dense convolution each',
    },
    masked_cross_entropy: {
      title: 'cross-entropy of masked tokens',
      better: 'lower',
      unit: 'nats',
      full: null,
      least: 0,
      most: null,
      of: 'the last update',
    },
    masked_accuracy: {
      title: 'accuracy on masked tokens',
      better: 'higher',
      unit: '%',
      full: 1,
      least: 0,
      most: 1,
      of: 'the last update',
    },
    f1: { title: 'F1', better: 'higher', unit: '%', full: 1, least: 0, most: 1, of: 'the last epoch' },
    exact_match: {
      title: 'exact match',
      better: 'higher',
      unit: '%',
      full: 1,
      least: 0,
      most: 1,
      of: 'the last epoch',
    },
    relative_risk: {
      title: 'relative risk',
      better: 'lower',
      unit: '',
      full: null,
      least: 0,
      most: null,
      of: 'the fitted model on the whole population, over the risk of the best constant',
    },
    sampled_risk: {
      title: 'sampled risk',
      better: 'lower',
      unit: '',
      full: null,
      least: 0,
      most: null,
      of: 'the fitted model on fresh examples, over the risk of the best constant on the population',
    },
    hits_at_1: {
      title: 'hits@1',
      better: 'higher',
      unit: '%',
      full: 1,
      least: 0,
      most: 1,
      of: 'single, path and conjunctive questions, each sort counting a third',
    },
    filtered_mean_rank: {
      title: 'filtered mean rank',
      better: 'lower',
      unit: '',
      full: null,
      least: 1,
      most: null,
      of: 'single, path and conjunctive questions, each sort counting a third',
    },
    mean_reciprocal_rank: {
      title: 'mean reciprocal rank',
      better: 'higher',
      unit: '',
      full: null,
      least: 0,
      most: 1,
      of: 'single, path and conjunctive questions, each sort counting a third',
    },
    text_hits_at_1: {
      title: 'hits@1 of questions in words',
      better: 'higher',
      unit: '%',
      full: 1,
      least: 0,
      most: 1,
      of: 'single, path and conjunctive questions in words, each sort counting a third',
    },
    frame_error: {
      title: 'frame error',
      better: 'lower',
      unit: '%',
      full: 1,
      least: 0,
      most: 1,
      of: 'the test utterances, by the weights that validation chose',
    },
    phone_error: {
      title: 'phone error',
      better: 'lower',
      unit: '%',
      full: 1,
      least: 0,
      most: null,
      of: 'the test utterances: edits over phones, by the weights that validation chose',
    },
    log_likelihood: {
      title: 'log-likelihood',
      better: 'higher',
      unit: 'nats',
      full: null,
      least: null,
      most: 0,
      of: 'the test examples after the last step, by importance sampling',
    },
    stopped_log_likelihood: {
      title: 'log-likelihood, stopped early',
      better: 'higher',
      unit: 'nats',
      full: null,
      least: null,
      most: 0,
      of: 'the test examples at the step that validation chose, by importance sampling',
    },
    elbo: {
      title: 'ELBO',
      better: 'higher',
      unit: 'nats',
      full: null,
      least: null,
      most: 0,
      of: 'the test examples after the last step',
    },
    inference_gap: {
      title: 'inference gap',
      better: 'lower',
      unit: 'nats',
      full: null,
      least: null,
      most: null,
      of: 'the test examples after the last step: log-likelihood − ELBO',
    },
    generation_gap: {
      title: 'generation gap',
      better: 'lower',
      unit: 'nats',
      full: null,
      least: null,
      most: null,
      of: 'the last step: log-likelihood of training examples − that of test examples',
    },
    encoder_error: {
      title: 'error of the encoder',
      better: 'lower',
      unit: '',
      full: null,
      least: 0,
      most: null,
      of: 'its mean over noisy points, root mean square, against the best encoder’s',
    },
    posterior_divergence: {
      title: 'divergence from the posteriors',
      better: 'lower',
      unit: 'nats',
      full: null,
      least: 0,
      most: null,
      of: 'the encoder over noisy points',
    },
  } satisfies Record<string, Metric>),
);

/** @throws Error where there is no metric of that name */
export function metricOf(name: string): Metric {
  const metric = known.get(name);
  if (metric === undefined)
    throw new Error(`metric '${name}' is unknown; known: ${[...known.keys()].join(', ')}; add it there`);
  return metric;
}

/** The names of all metrics. */
export function metricNames(): string[] {
  return [...known.keys()];
}

/**
 * Makes a metric known.
 *
 * @throws Error where its name is taken
 */
export function addMetric(name: string, metric: Metric): void {
  if (known.has(name)) throw new Error(`metric '${name}' is known already; choose another name`);
  known.set(name, metric);
}

/** A value such that more is better: statistics compare gains, whatever the metric. */
export function gainOf(metric: string, value: number): number {
  return metricOf(metric).better === 'higher' ? value : -value;
}

/** The value whose gain is given: the sign turns as it did. */
export function valueOfGain(metric: string, gain: number): number {
  return gainOf(metric, gain);
}

/** What a value is multiplied by to be shown. */
export function shownScale(metric: string): number {
  const { full } = metricOf(metric);
  return full === null ? 1 : 100 / full;
}

/** What is wrong with a value of a metric; null where nothing is. */
export function boundsProblem(metric: string, value: number): string | null {
  const { least, most } = metricOf(metric);
  if (least !== null && value < least) return `${metric} ${value} is below ${least}`;
  return most !== null && value > most ? `${metric} ${value} is above ${most}` : null;
}
