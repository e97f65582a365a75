import { hasTwin, type TwinConfig, type TwinExperimentSpec } from '../../spec/twin-regularization.ts';
import { overheadSeconds } from '../estimate.ts';
import type { Outline } from '../kind.ts';
import { parametersOf, planRecognizer, planUnidirectional } from './plan.ts';

/** Measured: the time of an update over that of the unidirectional network's, which unrolled operations decide. */
function relativeTime({ method, budget }: Pick<TwinConfig, 'method' | 'budget'>): number {
  const directions = hasTwin(method) || method === 'bidirectional' ? 1.9 : 1;
  return directions * (budget < 1 ? 1.3 : 1);
}

/** Of frames from files the sizes are not known before they are read. */
export function outlineTwinCell(
  config: TwinConfig,
  { updatesPerSecond }: Pick<TwinExperimentSpec, 'updatesPerSecond'>,
): Outline {
  const { dataset, training } = config;
  const estimatedSeconds = overheadSeconds + (training.updates * relativeTime(config)) / updatesPerSecond;
  if (dataset.name !== 'spoken-words') return { ratio: null, parameters: null, estimatedSeconds };
  const sizes = { dimension: dataset.dimension, classes: dataset.phones };
  const parameters = parametersOf(planRecognizer(config, sizes));
  const dense = planUnidirectional({ ...config, budget: 1 }, sizes).network.dense.parameters;
  return { ratio: parameters / dense, parameters, estimatedSeconds };
}
