import {
  type LazyTrainingConfig,
  type LazyTrainingExperimentSpec,
  widthOf,
  lazyTraining as words,
} from '../../spec/lazy-training.ts';
import type { Kind } from '../kind.ts';

/** Lazy training. */
export const lazyTraining: Kind<LazyTrainingConfig, LazyTrainingExperimentSpec> = {
  task: words.task,
  outline: (config) => ({ ratio: null, parameters: null, estimatedSeconds: estimatedSeconds(config) }),
  batchOf: ({ fit }) => (fit.name === 'adam' ? fit.batchSize : 1),
  // All is drawn from the cell's streams.
  dataDigest: async () => null,
  load: async () => (await import('./task.ts')).lazyTrainingTask,
};

/** Seconds of a cell's process, beside what grows with the network; measured on one core, as the rates below. */
const startSeconds = 2;
/** Multiply-accumulates a second of the project's products, and of the engine's steps. */
const macsPerSecond = { float64: 6e8, engine: 4e9 };
/** Normal numbers a second from a stream, and the engine's fixed time a step. */
const drawsPerSecond = 5e6;
const stepSeconds = 1e-3;

function estimatedSeconds(config: LazyTrainingConfig): number {
  const { dimension: d, fit, sampledExamples } = config;
  const width = widthOf(config);
  const sampling = sampledExamples * (d / drawsPerSecond + (2 * d * width) / macsPerSecond.float64);
  const solving = (10 * (d ** 3 + width ** 3)) / macsPerSecond.float64;
  const own = startSeconds + sampling + solving;
  switch (fit.name) {
    case 'closed-form':
      return own;
    case 'gradient-descent':
      return own + (fit.steps * 2 * d * d * width) / macsPerSecond.float64;
    case 'adam':
      return (
        own + fit.steps * (stepSeconds + fit.batchSize * (d / drawsPerSecond + (4 * d * width) / macsPerSecond.engine))
      );
  }
}
