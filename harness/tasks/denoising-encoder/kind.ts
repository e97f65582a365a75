import {
  type DenoisingEncoderConfig,
  type DenoisingEncoderExperimentSpec,
  denoisingEncoder as words,
} from '../../spec/denoising-encoder.ts';
import { overheadSeconds } from '../estimate.ts';
import type { Kind } from '../kind.ts';

/** Measured: a step of a small network. */
const stepSeconds = 1.5e-3;

/** The denoising encoder. */
export const denoisingEncoder: Kind<DenoisingEncoderConfig, DenoisingEncoderExperimentSpec> = {
  task: words.task,
  outline: ({ training: { steps } }) => {
    return { ratio: null, parameters: null, estimatedSeconds: overheadSeconds + steps * stepSeconds };
  },
  limited: ({ dataset: { points } }, most) => (points <= most ? {} : { 'dataset.points': Math.max(2, most) }),
  tiny: { limit: 20, set: { 'training.steps': 4 } },
  batchOf: ({ training }) => training.batchSize,
  // All is drawn from the cell's streams.
  dataDigest: async () => null,
  load: async () => (await import('./task.ts')).denoisingEncoderTask,
};
