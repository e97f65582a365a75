import type { BinaryExamples } from '../../data/binary/binary-examples.ts';
import type { Autoencoder } from '../../nn/autoencoder.ts';
import type { Streams } from '../../random.ts';
import { decayOf } from '../../regularize/regularizer.ts';
import type { AmortizedConfig } from '../../spec/amortized-inference.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { KeptWeights } from '../../train/kept-weights.ts';
import type { LoopKind } from '../../train/loop.ts';
import { type TrainingStep, trainingStep } from '../../train/step.ts';
import { type ExampleBatch, exampleFeeds, trainingBatches } from './batches.ts';
import { type Estimator, estimatePart } from './estimate.ts';
import { type ExampleFeeds, objectiveLoss } from './objective.ts';

/** What validation says; its loss is −ln p(x), mean over the validation examples. */
export interface Validation {
  loss: number;
  elbo: number;
}

/** Adam as it was published (Kingma and Ba 2015). */
const optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** A training step of encoder and decoder; decay is a part of the gradient. */
export function amortizedStep(
  model: Autoencoder,
  { objective, regularizer, training }: Pick<AmortizedConfig, 'objective' | 'regularizer' | 'training'>,
): TrainingStep<ExampleFeeds> {
  return trainingStep({
    variables: model.variables,
    loss: objectiveLoss(model, objective),
    // The ratio is read by regularizers that this kind does not have.
    decay: decayOf(model.compressed, { regularizer, lambda: training.decay, ratio: 1 }),
    optimizer,
  });
}

export interface LoopParts {
  step: TrainingStep<ExampleFeeds>;
  estimator: Estimator;
  kept: KeptWeights;
  examples: BinaryExamples;
  config: AmortizedConfig;
  streams: Streams;
}

/** A training of so many steps. Validation chooses the weights that are kept beside, and ends nothing. */
export function amortizedLoop({
  step,
  estimator,
  kept,
  examples,
  config,
  streams,
}: LoopParts): LoopKind<ExampleBatch, ExampleFeeds, Validation> {
  const { training, objective, estimate, dataset, model } = config;
  const { latent } = model;
  const { steps, validateEvery, batchSize, learningRate } = training;
  return {
    counted: 'steps',
    step,
    kept,
    async measure(onBatch) {
      const asked = {
        examples: examples.validation,
        count: dataset.validationExamples,
        samples: estimate.validationSamples,
        latent,
        part: 'validation',
      };
      const { log_likelihood: likelihood, elbo } = await estimatePart(estimator, asked, onBatch);
      return { loss: -likelihood, elbo };
    },
    valuesOf({ learningRate: rate, loss }, validated) {
      const told = validated === 'skipped' ? null : validated;
      return {
        learning_rate: rate,
        train_loss: finiteOrNull(loss),
        validation_log_likelihood: finiteOrNull(-(told?.loss ?? Number.NaN)),
        validation_elbo: finiteOrNull(told?.elbo ?? Number.NaN),
      };
    },
    phases: [
      {
        steps,
        stepsPerPoint: validateEvery,
        rateAt: () => learningRate,
        drawn: (point) => trainingBatches({ examples: examples.train, objective, latent, batchSize, streams }, point),
      },
    ],
    feedsOf: (batch) => exampleFeeds(batch, latent),
  };
}
