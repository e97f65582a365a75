import type { Streams } from '../../random.ts';
import type { LazyTrainingConfig, LazyTrainingDetails } from '../../spec/lazy-training.ts';
import { widthOf } from '../../spec/lazy-training.ts';
import { type NdArray, sizeOf } from '../../tensor/nd-array.ts';
import { drawFeatures, drawTarget } from './draws.ts';
import { meanTangentRisk, optimumOf } from './optimum.ts';
import { type Regime, regimeOf } from './regime.ts';
import { type Fitted, type SampledRisk, sampledRisk } from './sampled.ts';
import { type Target, traceOf } from './target.ts';

/** A cell's draws, and what is known of them before anything is fitted. */
export interface Problem {
  target: Target;
  /** W [N, d] */
  features: NdArray;
  regime: Regime;
  /** The network with the least risk. */
  best: Fitted;
  /** Its risk by the formula, over that of the best constant. */
  optimum: number;
}

/** What a cell's configuration and seed draw. */
export function problemOf(config: LazyTrainingConfig, streams: Streams): Problem {
  const { method, target: name, dimension } = config;
  const target = drawTarget(name, dimension, streams);
  const features = drawFeatures(widthOf(config), dimension, streams);
  const regime = regimeOf(method, features, target);
  const { theta, captured } = optimumOf(method, features, target);
  return { target, features, regime, best: withBestOffset(theta, regime), optimum: target.leastRisk(captured) };
}

/** θ, with the offset c = −Tr A that has the least risk. */
export function withBestOffset(theta: NdArray, regime: Regime): Fitted {
  return { theta, offset: -traceOf(regime.form(theta)) };
}

/** The risk of what was fitted on the cell's fresh examples, other ones than any that it was trained on. */
export function sampledRiskOf(
  fitted: Fitted,
  { regime, target }: Problem,
  { sampledExamples }: LazyTrainingConfig,
  streams: Streams,
): SampledRisk {
  return sampledRisk(fitted, regime, target, sampledExamples, streams('sampled risk'));
}

/** What a record tells of them. */
export function detailsOf(
  { target, regime, optimum }: Problem,
  config: LazyTrainingConfig,
  { standardError }: SampledRisk,
): LazyTrainingDetails {
  const width = widthOf(config);
  const sum = (of: (value: number) => number) => target.diagonal.reduce((total, value) => total + of(value), 0);
  const [trace, square] = [sum((value) => value), sum((value) => value * value)];
  const hasMean = config.method === 'neural-tangent' && config.target === 'quadratic';
  return {
    width,
    trained_parameters: sizeOf(regime.shape) + 1,
    constant_risk: target.constantRisk,
    optimum,
    mean_optimum: hasMean ? meanTangentRisk(width, target) : null,
    squared_norm: square,
    trace_share: (trace * trace) / (config.dimension * square),
    sampled_standard_error: standardError,
  };
}
