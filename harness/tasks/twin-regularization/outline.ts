import type { Cost } from '../../spec/cost.ts';
import { hasTwin, type TwinConfig } from '../../spec/twin-regularization.ts';
import { costOfSteps, plainStartSeconds, plainWorkerBytes } from '../estimate.ts';
import type { Outline } from '../kind.ts';
import { parametersOf, planRecognizer, planUnidirectional } from './plan.ts';

/** Operations that an update begins for each frame and layer of an unrolled network, by 130 to 100 updates a second. */
const operationsPerFrame = { 'minimal-gru': 32, gru: 42, 'light-gru': 40 } as const;

/** Seconds to record the graphs, which are unrolled. */
const recordingSeconds = 1.1;

/** What a state is worth of values that a step reads or writes: gates, candidates, and their gradients. */
const passes = 10;

/** The time of an update over that of a network in one direction with dense weights, measured. */
function relativeTime({ method, budget }: Pick<TwinConfig, 'method' | 'budget'>): number {
  const directions = hasTwin(method) || method === 'bidirectional' ? 1.9 : 1;
  return directions * (budget < 1 ? 1.3 : 1);
}

/** Of frames from files the sizes are not known before they are read. */
export function outlineTwinCell(config: TwinConfig): Outline {
  const { dataset } = config;
  const cost = costOf(config);
  if (dataset.name !== 'spoken-words') return { ratio: null, parameters: null, cost };
  const sizes = { dimension: dataset.dimension, classes: dataset.phones };
  const parameters = parametersOf(planRecognizer(config, sizes));
  const dense = planUnidirectional({ ...config, budget: 1 }, sizes).network.dense.parameters;
  return { ratio: parameters / dense, parameters, cost };
}

function costOf(config: TwinConfig): Cost {
  const { dataset, training, model } = config;
  const { updates, batchSize } = training;
  const steps = costOfSteps({
    trained: relativeTime(config) * updates * batchSize,
    evaluated: 0,
    batchSize,
    // Three matrices at most, of the input and of the state.
    macs: 6 * model.layers * model.width ** 2 * dataset.frames,
    values: model.layers * model.width * dataset.frames,
    operations: operationsPerFrame[model.cell] * model.layers * dataset.frames,
    passes,
  });
  return { ...steps, scalarSeconds: plainStartSeconds + recordingSeconds, memoryBytes: plainWorkerBytes };
}
