import type { Cost } from '../../spec/cost.ts';
import { type LazyTrainingConfig, widthOf, lazyTraining as words } from '../../spec/lazy-training.ts';
import { costOfSteps, plainWorkerBytes, summed } from '../estimate.ts';
import type { Kind } from '../kind.ts';

/** Lazy training. */
export const lazyTraining: Kind<LazyTrainingConfig> = {
  task: words.task,
  outline: (config) => ({ ratio: null, parameters: null, cost: costOf(config) }),
  batchOf: ({ fit }) => (fit.name === 'adam' ? fit.batchSize : 1),
  tiny: { set: { sampledExamples: 200 } },
  // All is drawn from the cell's streams.
  dataDigest: async () => null,
  load: async () => (await import('./task.ts')).lazyTrainingTask,
};

/** Seconds of a cell's process, beside what grows with the network. */
const startSeconds = 1;
/** Multiply-accumulates a second of the project's float64 products, and normal numbers of a stream, where it was measured. */
const macsPerSecond = 1.3e9;
const drawsPerSecond = 5e6;
/** Times that a step reads or writes each value: square, sum, loss and their gradients. */
const passes = 10;
/** Operations that a step of Adam begins: counted in traced steps. */
const operations = 96;

function costOf(config: LazyTrainingConfig): Cost {
  const { dimension: d, fit, sampledExamples } = config;
  const width = widthOf(config);
  const sampling = sampledExamples * (d / drawsPerSecond + (2 * d * width) / macsPerSecond);
  const solving = (10 * (d ** 3 + width ** 3)) / macsPerSecond;
  const own = startSeconds + sampling + solving;
  const cost = { ...summed([]), scalarSeconds: own, memoryBytes: plainWorkerBytes };
  switch (fit.name) {
    case 'closed-form':
      return cost;
    case 'gradient-descent':
      return { ...cost, scalarSeconds: own + (fit.steps * 2 * d * d * width) / macsPerSecond };
    case 'adam': {
      const { steps, batchSize } = fit;
      const trained = steps * batchSize;
      return {
        ...cost,
        ...costOfSteps({ trained, evaluated: 0, batchSize, macs: d * width, values: 2 * width, operations, passes }),
        scalarSeconds: own + (trained * d) / drawsPerSecond,
      };
    }
  }
}
