import { loadFrames } from '../../data/frames/pieces.ts';
import { type TwinConfig, twinRegularization as words } from '../../spec/twin-regularization.ts';
import type { Kind } from '../kind.ts';
import { outlineTwinCell } from './outline.ts';

/** Recurrent recognizers of frames, trained with a twin that reads backwards. */
export const twinRegularization: Kind<TwinConfig> = {
  task: words.task,
  outline: (config) => outlineTwinCell(config),
  // Utterances from files are taken as they are: a part of one is none.
  limited({ dataset }, most) {
    if (dataset.name !== 'spoken-words' || dataset.trainUtterances * dataset.frames <= most) return {};
    const share = most / (dataset.trainUtterances * dataset.frames);
    const sizes = ['trainUtterances', 'validationUtterances', 'testUtterances'] as const;
    return Object.fromEntries(sizes.map((name) => [`dataset.${name}`, Math.max(1, Math.floor(share * dataset[name]))]));
  },
  tiny: { limit: 120, set: { 'training.updates': 4, 'training.validateEvery': 2 } },
  batchOf: ({ training }) => training.batchSize,
  dataDigest: async ({ dataset }, dataDir) => (await loadFrames(dataset, dataDir)).digest,
  reference: (config) => {
    const { overrides: _, budgetUnit: _unit, ...rest } = config;
    const unregularized = { twinWeight: null, lookAhead: 0, budget: 1, init: 'default', regularizer: 'none' } as const;
    return { ...rest, ...unregularized, method: 'unidirectional', seed: 0 };
  },
  load: async () => (await import('./task.ts')).twinTask,
};
