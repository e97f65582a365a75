import type { ImageData } from '../../data/images/images.ts';
import type { Variable } from '../../engine/variable.ts';
import { dense } from '../../methods/dense.ts';
import { switchNetwork } from '../../methods/warm-up/switch-network.ts';
import type { WarmUpMethod } from '../../methods/warm-up/warm-up-method.ts';
import type { Model } from '../../nn/model.ts';
import { buildNetwork } from '../../nn/network.ts';
import type { Streams } from '../../random.ts';
import type { TrainingSpec } from '../../spec/image.ts';
import type { RegularizerName } from '../../spec/words.ts';
import { type ImageFeeds, imageEvaluationStep, imageTrainingStep } from '../../train/image-steps.ts';
import type { Learner } from '../../train/loop.ts';
import { type ImageEvaluation, imageLearner } from './training.ts';

export interface WarmUpOptions {
  method: WarmUpMethod;
  /** The factorized network: a hybrid of the method's. */
  model: Model;
  data: ImageData;
  training: TrainingSpec;
  regularizer: RegularizerName;
  streams: Streams;
  /** How many phases there are; the last one is the factorized network's. */
  phases: number;
}

/** The dense network that is trained before the factorized one. */
export interface ImageWarmUp {
  /** Of every phase but the last one. */
  readonly learner: Learner<ImageFeeds, ImageEvaluation>;
  /** For checkpoints. */
  readonly variables: readonly Variable[];
  /** Gives the factorized network what the dense one has learned, before the last phase. */
  beforePhase(phase: number): void;
}

/** A dense network of the factorized one's blueprint, drawn from the same streams as that of a dense cell. */
export function startWarmUp({ method, model, data, streams, phases, ...options }: WarmUpOptions): ImageWarmUp {
  const trained = buildNetwork(model.blueprint, { method: dense, scale: 1, init: 'default' }, streams);
  const step = imageTrainingStep(trained, options.training, options.regularizer);
  return {
    learner: imageLearner({ model: trained, step, evaluation: imageEvaluationStep(trained), data }),
    variables: step.variables,
    beforePhase(phase) {
      if (phase === phases - 1) switchNetwork(method, trained, model);
    },
  };
}
