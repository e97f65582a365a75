import { chainMethod } from './chain-method.ts';
import { trainChain } from './train-chain.ts';

/**
 * The filter's four modes as a tensor train, inputs, vertical taps, horizontal taps, outputs: a 1 x 1, a k1 x 1, a 1 x
 * k2 and a 1 x 1 convolution.
 */
export const tensorTrainConvFormat = trainChain('tensor-train-conv', ({ kernel: [k1, k2] }) => [
  { label: 'vertical', size: [k1, 1] },
  { label: 'horizontal', size: [1, k2] },
]);

export const tensorTrainConv = chainMethod(tensorTrainConvFormat, {
  source: 'a tensor train as in Kim et al. 2016, one mode more',
  definition:
    'W is a tensor train over inputs, vertical and horizontal taps, and outputs: a 1 x 1, a k1 x 1, a 1 x k2 and a 1 x 1 convolution.',
});
