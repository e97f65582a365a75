import { spectralProducts, type TransformerInitName } from '../../spec/translation.ts';
import { attentionProductNames } from './attention-product.ts';
import type { TransformerCompression } from './transformer-parts.ts';

/**
 * How an initialization's name is carried out. Singular values of one are the matrices'; attention's products keep
 * theirs, and are balanced as by `spectral`.
 */
export function transformerInit(init: TransformerInitName): Pick<TransformerCompression, 'init' | 'spectralAttention'> {
  if (init === 'spectral-ones') return { init, spectralAttention: attentionProductNames };
  const products: readonly string[] = init === 'default' ? [] : spectralProducts[init];
  return {
    init: products.includes('linear') ? 'spectral' : 'default',
    spectralAttention: attentionProductNames.filter((name) => products.includes(name)),
  };
}
