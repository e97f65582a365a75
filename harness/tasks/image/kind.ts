import { loadImages } from '../../data/images/images.ts';
import { EngineNotLoadedError } from '../../data/images/jpeg.ts';
import { splitRefusal } from '../../data/images/split.ts';
import { datasetNamed } from '../../data/registry.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import { type ImageConfig, image as words } from '../../spec/image.ts';
import type { BaseConfig } from '../../spec/words.ts';
import { denseReference } from '../dense-reference.ts';
import type { Kind } from '../kind.ts';
import { limitedExamples } from '../limited-examples.ts';
import { methodFor } from '../task.ts';
import { outlineImageCell } from './outline.ts';
import { reducedImages } from './reduced.ts';

type OfImages = BaseConfig & Pick<ImageConfig, 'model' | 'dataset' | 'training' | 'budget' | 'budgetUnit'>;

/** What all kinds have that train networks of images. */
export const imageTraining = {
  examplesRefusal({ dataset }) {
    const set = datasetNamed(dataset.name);
    return splitRefusal(dataset, set.examples, set.source === 'generated' ? set.limits : set.examples, set.title);
  },
  limited: ({ dataset }, most) => limitedExamples(dataset, datasetNamed(dataset.name).examples, most),
  tiny: { limit: 8, set: { 'training.epochs': 2 } },
  reduced: reducedImages,
  batchOf: ({ training }) => training.batchSize,
  async dataDigest({ dataset }, dataDir) {
    try {
      return (await loadImages(dataset, dataDir)).digest;
    } catch (error) {
      if (error instanceof EngineNotLoadedError) return null;
      throw error;
    }
  },
} satisfies Partial<Kind<OfImages>>;

/** Image classification. */
export const image: Kind<ImageConfig> = {
  ...imageTraining,
  task: words.task,
  outline: (config, method) => outlineImageCell(config, methodFor(config, method)),
  accepts: () => true,
  refusal: (config, method) => idleRefusal(methodFor(config, method), config),
  reference: denseReference,
  load: async () => (await import('./task.ts')).imageTask,
};
