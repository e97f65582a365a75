import type { Method } from '../../methods/method.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import {
  imageConfigOf,
  type NormalizationConfig,
  trainedRegularizer,
  normalization as words,
} from '../../spec/normalization.ts';
import { denseReference } from '../dense-reference.ts';
import { imageTraining } from '../image/kind.ts';
import { outlineImageCell } from '../image/outline.ts';
import type { Kind } from '../kind.ts';
import { methodFor } from '../task.ts';

/** Image classification in which the norms of products UVᵀ are followed or set. */
export const normalization: Kind<NormalizationConfig> = {
  ...imageTraining,
  task: words.task,
  outline: (config, method) => outlineImageCell(imageConfigOf(config), methodFor(config, method)),
  accepts,
  refusal(config, method) {
    const used = methodFor(config, method);
    if (!accepts(used)) {
      const why = 'task normalization follows the norms of products UVᵀ of two factors';
      return `method ${used.name}: ${why}; its methods are dense, narrow and low-rank`;
    }
    if (config.regularizer === 'frobenius-norms' && used.name !== 'low-rank') {
      return `method ${used.name} has no regularizer 'frobenius-norms', since it has no factors; leave it out`;
    }
    return idleRefusal(used, { ...config, regularizer: trainedRegularizer(config.regularizer) });
  },
  reference: denseReference,
  load: async () => (await import('./task.ts')).normalizationTask,
};

/** Networks without factors, and those with two. */
function accepts({ name, kind }: Method): boolean {
  return name === 'dense' || name === 'low-rank' || kind === 'narrow';
}
