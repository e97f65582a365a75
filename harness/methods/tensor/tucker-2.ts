import { chainMethod } from './chain-method.ts';
import { trainChain } from './train-chain.ts';

/**
 * Tucker-2 (Kim et al. 2016): W[t, i, o] = Σ_pq A[i, p]·C[t, p, q]·B[q, o] as a 1 x 1 convolution to r_1 channels, a k1
 * x k2 one to r_2, and a 1 x 1 one to the outputs. With the taps as the middle mode it is a tensor train, and the
 * tensor train's SVD is the sequentially truncated higher-order SVD of the two channel modes.
 */
export const tucker2Format = trainChain('tucker-2', ({ kernel }) => [{ label: 'core', size: kernel }]);

export const tucker2 = chainMethod(tucker2Format, {
  source: 'Kim et al. 2016',
  definition: 'W[t, i, o] = Σ_pq A[i, p]·C[t, p, q]·B[q, o]: a 1 x 1, a k1 x k2 and a 1 x 1 convolution.',
});
