import type { ImageConfig } from '../../spec/image.ts';
import { type NormalizationConfig, trainedRegularizer } from '../../spec/normalization.ts';

/** The training on images that a cell of this kind is, but for what goes along with it. */
export function trainingOf({ equivalenceMargin: _margin, ...config }: NormalizationConfig): ImageConfig {
  return { ...config, task: 'image', regularizer: trainedRegularizer(config.regularizer) };
}
