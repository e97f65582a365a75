import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { ConvShape } from '../../shape/blueprint.ts';
import { composeCp, cp, cpCompositionMacs, cpDecay, sweepingOfDraws, sweepingWarning } from '../../tensor/cp.ts';
import { type NdArray, permuted, reshaped } from '../../tensor/nd-array.ts';
import { scaledRank } from '../scaled-rank.ts';
import { type ChainFormat, chainMethod } from './chain-method.ts';

/**
 * CP over taps, inputs and outputs: W[t, i, o] = Σ_r T[t, r]·A[i, r]·B[r, o] as a 1 x 1 convolution to R channels, a
 * depthwise k1 x k2 one, and a 1 x 1 one to the outputs. The four-way CP of Lebedev et al. 2015 splits the depthwise
 * one into k1 x 1 and 1 x k2; for 3 x 3 that saves three weights of a term in hundreds, and costs one more pass over R
 * channels and every filter that is no product of the two directions.
 */
export const cpConvFormat: ChainFormat = {
  name: 'cp-conv',
  links(shape, scale) {
    const { kernel, inChannels, outChannels, stride } = shape;
    const rank = cpRank(shape, scale);
    const pointwise = { depthwise: false, stride: [1, 1] } as const;
    return [
      { label: 'in', filter: [1, 1, inChannels, rank], ...pointwise },
      { label: 'taps', filter: [...kernel, rank, 1], depthwise: true, stride: [stride, stride] },
      { label: 'out', filter: [1, 1, rank, outChannels], ...pointwise },
    ];
  },
  compose(filters) {
    const [, taps] = filters;
    const [k1, k2] = taps!.shape as [number, number];
    const [forTaps, forInputs, forOutputs] = factorsOf(filters);
    const inChannels = forInputs.shape[0]!;
    const byOutput = tf.reshape(composeCp([forOutputs, forTaps, forInputs]), [-1, k1 * k2 * inChannels]);
    return tf.reshape(tf.transpose(byOutput, [1, 0]), [k1, k2, inChannels, forOutputs.shape[0]!]);
  },
  compositionMacs: ([input], { kernel, inChannels, outChannels }) =>
    cpCompositionMacs([outChannels, kernel[0] * kernel[1], inChannels], input!.filter[3]),
  decompose(filter, links, uniform) {
    const [k1, k2, inChannels, outChannels] = filter.shape as [number, number, number, number];
    const tensor = reshaped(filter, [k1 * k2, inChannels, outChannels]);
    const rank = links[0]!.filter[3];
    const result = cp(tensor, rank, { uniform, ...sweepingOfDraws });
    const [forTaps, forInputs, forOutputs] = result.factors as [NdArray, NdArray, NdArray];
    const parts = [forInputs, forTaps, permuted(forOutputs, [1, 0])];
    const cores = parts.map((part, k) => reshaped(part, links[k]!.filter));
    return { cores, ...sweepingWarning(result) };
  },
  decay: (filters) =>
    tf.tidy(() => {
      const [forTaps, forInputs, forOutputs] = cpDecay(factorsOf(filters)) as [Tensor, Tensor, Tensor];
      const gradients = [forInputs, forTaps, tf.transpose(forOutputs)];
      return gradients.map((gradient, k) => tf.reshape(gradient, filters[k]!.shape));
    }),
};

export const cpConv = chainMethod(cpConvFormat, {
  source: 'Lebedev et al. 2015, with the taps as one mode',
  definition: 'W[t, i, o] = Σ_r T[t, r]·A[i, r]·B[r, o]: a 1 x 1, a depthwise k1 x k2 and a 1 x 1 convolution.',
});

/** R = max(1, round(s·m)): every tensor is a sum of as many terms as its two smaller modes have pairs of indices. */
function cpRank({ kernel: [k1, k2], inChannels, outChannels }: ConvShape, scale: number): number {
  const taps = k1 * k2;
  const largest = Math.min(taps * inChannels, taps * outChannels, inChannels * outChannels);
  return scaledRank(scale, largest);
}

/** T [k1·k2, R], A [in, R] and Bᵀ [out, R]. */
function factorsOf([input, taps, output]: readonly Tensor[]): [Tensor, Tensor, Tensor] {
  const [, , inChannels, rank] = input!.shape as [number, number, number, number];
  const forOutputs = tf.transpose(tf.reshape(output!, [rank, output!.shape[3]!]));
  return [tf.reshape(taps!, [-1, rank]), tf.reshape(input!, [inChannels, rank]), forOutputs];
}
