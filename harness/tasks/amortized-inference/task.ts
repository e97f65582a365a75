import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../../canonical-json.ts';
import { type BinaryExamples, loadBinaryExamples } from '../../data/binary/binary-examples.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Autoencoder } from '../../nn/autoencoder.ts';
import { streamsOf } from '../../random.ts';
import type { CurvePoint, Measure } from '../../record.ts';
import { stackParameters } from '../../shape/autoencoder.ts';
import type { AmortizedConfig, AmortizedDetails, StoppedEstimate } from '../../spec/amortized-inference.ts';
import { bestWeights } from '../../train/kept-weights.ts';
import { trainLoop } from '../../train/loop.ts';
import { pointsOf } from '../../train/places.ts';
import type { TrainingStep } from '../../train/step.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { loadingOwn, methodFor, type Speeds, sizeOf, type Task, type TaskOptions, type TaskProgress } from '../task.ts';
import { estimateBatches, exampleFeeds, trainingBatches } from './batches.ts';
import { amortizedChecks, largestNorm } from './checks.ts';
import { type Estimator, estimatePart, estimating } from './estimate.ts';
import { boundOf, planAutoencoder, plannedAutoencoder } from './network.ts';
import { drawsOf, type ExampleFeeds, sigmaOf } from './objective.ts';
import { referenceOf } from './reference.ts';
import { amortizedLoop, amortizedStep } from './training.ts';

/**
 * Amortized inference: a model p(x|z)p(z) and its encoder are trained by an objective for so many steps. What they are
 * worth is told of the last weights and of those that validation chose: ln p(x) by importance sampling, and its bound.
 */
export async function amortizedTask(config: AmortizedConfig, options: TaskOptions): Promise<Task> {
  const { streams, dataDir, shared = loadingOwn } = options;
  const { dataset, training, objective } = config;
  const method = methodFor(config, options.method);
  const examples = await shared(canonicalJson([dataset, dataDir]), () => loadBinaryExamples(dataset, dataDir));
  const plan = planAutoencoder(config, method);
  const model = plannedAutoencoder(plan, method, config, streams);
  const step = amortizedStep(model, config);
  const estimator = estimating(model);
  const kept = bestWeights(model, lossOf);
  const loop = amortizedLoop({ step, estimator, kept, examples, config, streams });
  const state = [...step.variables, ...kept.variables];
  const drawn = (part: 'validation' | 'test') => () => estimateBatches(examples[part], askedOf(config, part));
  return {
    size: sizeOf(plan.budget, training.batchSize),
    data: {
      digest: examples.digest,
      source: examples.source,
      train: examples.train.count,
      validation: examples.validation.count,
      test: examples.test.count,
    },
    phases: [{ label: 'train', epochs: loop.phases.reduce((sum, phase) => sum + pointsOf(phase), 0) }],
    warnings: [],
    state,
    variables: model.variables,
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude({ curve, diverged }, onProgress) {
      const seen = (curve.at(-1)?.at ?? 0) * training.batchSize;
      const used = { examples: seen, forwardMacs: seen * forwardMacsOf(config, plan) };
      if (diverged) return { measures: measuresOf(null), checks: [], details: null, ...used };
      const concluding = { config, model, estimator, examples };
      const onBatch = () => ticking(curve.length, onProgress);
      const fixed = { step: training.steps, ...(await estimatesOf(concluding, onBatch)) };
      const last = model.variables.map(({ value }) => tf.clone(value));
      kept.restore();
      const early = { step: kept.at()!, ...(await estimatesOf(concluding, onBatch)) };
      model.variables.forEach((variable, index) => void variable.assign(last[index]!));
      const bound = boundOf(objective);
      const reference = referenceOf(model, bound);
      const details: AmortizedDetails = {
        samples: config.estimate.samples,
        fixed,
        early,
        encoder_parameters: model.encoder.variables.reduce((sum, { size }) => sum + size, 0),
        dense_encoder_parameters: stackParameters(plan.dense.encoder),
        largest_column_norm: largestNorm(reference),
      };
      const checks = amortizedChecks({ estimator, reference, test: examples.test, bound });
      return { measures: measuresOf({ fixed, early }), checks, details, ...used };
    },
    measure: () => speedsOf({ step, estimator, examples, config }),
    idleStep() {
      const trainOnce = idleTraining({ step, examples, config });
      return () => trainOnce(step.run);
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: ['train'],
        hooks: {},
        state,
        data: examples.digest,
        evaluated: {
          step: estimator,
          on: { validation: drawn('validation'), test: drawn('test') },
          feedsOf: loop.feedsOf,
        },
        facts: {
          'samples of a training example': drawsOf(objective),
          'standard deviation of the encoder’s noise': sigmaOf(objective) ?? 0,
          'bits that are 1': [examples.train, examples.validation, examples.test]
            .map(({ values }) => values.reduce((sum, value) => sum + value, 0))
            .join(' '),
        },
      }),
    dispose() {
      step.dispose();
      estimator.dispose();
    },
  };
}

/** −ln p(x) of a point's validation examples; infinite where it has none. */
function lossOf({ values }: CurvePoint): number {
  return -(values.validation_log_likelihood ?? Number.NEGATIVE_INFINITY);
}

/** How a part is estimated. */
function askedOf({ estimate, dataset, model }: AmortizedConfig, part: 'train' | 'validation' | 'test') {
  const counts = {
    train: estimate.trainExamples,
    validation: dataset.validationExamples,
    test: dataset.testExamples,
  };
  const samples = part === 'validation' ? estimate.validationSamples : estimate.samples;
  return { count: counts[part], samples, latent: model.latent, part };
}

interface Concluding {
  config: AmortizedConfig;
  model: Autoencoder;
  estimator: Estimator;
  examples: BinaryExamples;
}

/** Of the weights as they are. */
async function estimatesOf(
  { config, estimator, examples }: Concluding,
  onBatch: () => Promise<void>,
): Promise<Omit<StoppedEstimate, 'step'>> {
  const of = (part: 'train' | 'test') =>
    estimatePart(estimator, { examples: examples[part], ...askedOf(config, part) }, onBatch);
  return { train: await of('train'), test: await of('test') };
}

/** Null: training has diverged. */
function measuresOf(stopped: { fixed: StoppedEstimate; early: StoppedEstimate } | null): Measure[] {
  const measureOf = (metric: string, of: (fixed: StoppedEstimate, early: StoppedEstimate) => number): Measure => ({
    metric,
    value: stopped === null ? null : of(stopped.fixed, stopped.early),
    best: null,
  });
  return [
    measureOf('log_likelihood', ({ test }) => test.log_likelihood),
    measureOf('stopped_log_likelihood', (_, { test }) => test.log_likelihood),
    measureOf('elbo', ({ test }) => test.elbo),
    measureOf('inference_gap', ({ test }) => test.log_likelihood - test.elbo),
    measureOf('generation_gap', ({ train, test }) => train.log_likelihood - test.log_likelihood),
  ];
}

async function ticking(point: number, onProgress: (progress: TaskProgress) => void): Promise<void> {
  onProgress({ phase: 'evaluate', epoch: point, step: 1, steps: 1, loss: null });
  await nextTurn();
}

/** Multiply-accumulates of an example's forward pass in training: each sample of z is decoded. */
function forwardMacsOf({ objective }: AmortizedConfig, { budget, dense }: ReturnType<typeof planAutoencoder>): number {
  const decoder = dense.decoder.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  const encoded = objective.name === 'mixed' ? 2 : 1;
  return encoded * (budget.passMacs - decoder) + drawsOf(objective) * decoder;
}

interface Timed {
  step: TrainingStep<ExampleFeeds>;
  examples: BinaryExamples;
  config: AmortizedConfig;
}

/** Trains on one batch over and over, at a learning rate of zero: the weights stay where they are. */
function idleTraining({ examples, config }: Timed) {
  const { objective, training, model } = config;
  // What is timed does not depend on the seed.
  const streams = streamsOf('measure', 0);
  const draws = { examples: examples.train, objective, latent: model.latent, batchSize: training.batchSize, streams };
  const [drawn] = trainingBatches(draws, 0);
  const batch = drawn!.batch();
  return (run: Timed['step']['run']) =>
    tf.tidy(() => void run({ ...exampleFeeds(batch, model.latent), learningRate: tf.scalar(0) }).loss.dataSync());
}

async function speedsOf(timed: Timed & { estimator: Estimator }): Promise<Speeds> {
  const { step, estimator, examples, config } = timed;
  const [drawn] = estimateBatches(examples.test, askedOf(config, 'test'));
  const batch = drawn!.batch();
  return stepSpeeds(
    step,
    { examples: config.training.batchSize, once: idleTraining(timed) },
    { examples: batch.size, once: () => void estimator.values(batch), timed: 3 },
  );
}
