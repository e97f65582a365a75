import { idleRefusal } from '../../methods/refusal.ts';
import {
  type NormalizationConfig,
  type NormalizationExperimentSpec,
  trainedRegularizer,
  normalization as words,
} from '../../spec/normalization.ts';
import { denseReference } from '../dense-reference.ts';
import { image } from '../image/kind.ts';
import { outlineImageCell } from '../image/outline.ts';
import type { Kind } from '../kind.ts';
import { methodFor } from '../task.ts';
import { trainingOf } from './training-config.ts';

/** Image classification in which the norms of products UVᵀ are followed or set. */
export const normalization: Kind<NormalizationConfig, NormalizationExperimentSpec> = {
  task: words.task,
  outline: (config, method, { denseExamplesPerSecond }) =>
    outlineImageCell(trainingOf(config), methodFor(config, method), denseExamplesPerSecond),
  accepts: ({ name, kind }) => name === 'dense' || name === 'low-rank' || kind === 'narrow',
  refusal(config, method) {
    const used = methodFor(config, method);
    if (!this.accepts!(used)) {
      const why = 'task normalization follows the norms of products UVᵀ of two factors';
      return `method ${used.name}: ${why}; its methods are dense, narrow and low-rank`;
    }
    if (config.regularizer === 'frobenius-norms' && used.name !== 'low-rank') {
      return `method ${used.name} has no regularizer 'frobenius-norms', since it has no factors; leave it out`;
    }
    return idleRefusal(used, { ...config, regularizer: trainedRegularizer(config.regularizer) });
  },
  examplesRefusal: (config) => image.examplesRefusal!(trainingOf(config)),
  limited: (config, most) => image.limited!(trainingOf(config), most),
  tiny: image.tiny!,
  batchOf: (config) => image.batchOf(trainingOf(config)),
  dataDigest: (config, dataDir) => image.dataDigest(trainingOf(config), dataDir),
  reference: denseReference,
  load: async () => (await import('./task.ts')).normalizationTask,
};
