import { datasetNamed } from '../../data/registry.ts';
import { usedText } from '../../data/text/translation.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import { type TranslationConfig, translation as words } from '../../spec/translation.ts';
import { denseReference } from '../dense-reference.ts';
import type { Kind } from '../kind.ts';
import { limitedExamples } from '../limited-examples.ts';
import { methodFor } from '../task.ts';
import { outlineTranslationCell } from './outline.ts';
import { reducedTranslation } from './reduced.ts';

/** Machine translation. */
export const translation: Kind<TranslationConfig> = {
  task: words.task,
  outline: (config, method) => outlineTranslationCell(config, methodFor(config, method)),
  accepts(method) {
    if (method.kind === 'sparse') return method.imagesOnly !== true;
    return method.kind === 'narrow' || (method.kind === 'layer' && method.matrices !== undefined);
  },
  refusal(config, method) {
    // Spectral initialization of some of a Transformer's products is spectral initialization.
    const init = ['default', 'spectral-ones'].includes(config.init) ? config.init : 'spectral';
    return idleRefusal(methodFor(config, method), { ...config, init });
  },
  limited: ({ dataset }, most) => limitedExamples(dataset, datasetNamed(dataset.name).examples, most),
  // Subwords learned from fewer sentences are so short that held-out ones become too long.
  tiny: { limit: 24, set: { 'training.epochs': 2 } },
  reduced: reducedTranslation,
  batchOf: ({ training }) => training.batchTokens,
  dataDigest: async ({ dataset }, dataDir) => (await usedText(dataset, dataDir)).digest,
  reference: denseReference,
  load: async () => (await import('./task.ts')).translationTask,
};
