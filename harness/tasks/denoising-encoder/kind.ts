import { type DenoisingEncoderConfig, denoisingEncoder as words } from '../../spec/denoising-encoder.ts';
import { plainStartSeconds, plainWorkerBytes } from '../estimate.ts';
import type { Kind } from '../kind.ts';

/** Operations that a step of a small network begins, by the 1.1 ms that it takes. */
const operations = 135;

/** The denoising encoder. */
export const denoisingEncoder: Kind<DenoisingEncoderConfig> = {
  task: words.task,
  outline: ({ training: { steps } }) => {
    const engine = { flops: 0, bytes: 0, operations: steps * operations };
    return {
      ratio: null,
      parameters: null,
      cost: { ...engine, scalarSeconds: plainStartSeconds, memoryBytes: plainWorkerBytes },
    };
  },
  limited: ({ dataset: { points } }, most) => (points <= most ? {} : { 'dataset.points': Math.max(2, most) }),
  tiny: { limit: 20, set: { 'training.steps': 4 } },
  batchOf: ({ training }) => training.batchSize,
  // All is drawn from the cell's streams.
  dataDigest: async () => null,
  load: async () => (await import('./task.ts')).denoisingEncoderTask,
};
