import { describe, expect, test } from 'vitest';
import { runsAsChain } from '../../../harness/methods/tensor/chain.ts';
import { type ChainFormat, chainMethod } from '../../../harness/methods/tensor/chain-method.ts';
import { cpConvFormat } from '../../../harness/methods/tensor/cp-conv.ts';
import { tensorTrainConvFormat } from '../../../harness/methods/tensor/tensor-train-conv.ts';
import { tucker2Format } from '../../../harness/methods/tensor/tucker-2.ts';
import { convShape } from '../../helpers/conv-layers.ts';

describe('the form of a chain', () => {
  /** Measured training steps over that of the dense layer: a chain's, and one's that composes the dense filter. */
  const measured: [ChainFormat, number, number, number, number, number, number, number][] = [
    // format, in, out, output size, stride, share of the dense parameters, chain, composed
    [tucker2Format, 16, 16, 32, 1, 0.5, 0.9, 1.06],
    [tucker2Format, 16, 16, 32, 1, 1, 1.24, 1],
    [cpConvFormat, 16, 16, 32, 1, 0.25, 0.55, 1.03],
    [cpConvFormat, 16, 16, 32, 1, 1, 1.75, 1.05],
    [tensorTrainConvFormat, 16, 16, 32, 1, 0.25, 0.73, 1.01],
    [tensorTrainConvFormat, 16, 16, 32, 1, 1, 1.42, 1.04],
    [tucker2Format, 32, 32, 32, 1, 1, 1.14, 1],
    [cpConvFormat, 32, 32, 32, 1, 0.5, 0.91, 0.99],
    [cpConvFormat, 32, 64, 16, 2, 0.25, 0.76, 1.02],
    [cpConvFormat, 32, 64, 16, 2, 0.5, 1.57, 1.01],
    [tensorTrainConvFormat, 32, 64, 16, 2, 0.5, 0.87, 1.01],
    [cpConvFormat, 64, 128, 8, 2, 0.25, 0.65, 1.1],
    [cpConvFormat, 64, 128, 8, 2, 0.5, 1.17, 1.09],
    [tucker2Format, 128, 128, 8, 1, 0.5, 0.37, 0.71],
    [tucker2Format, 160, 160, 32, 1, 0.5, 0.55, 1.08],
    [cpConvFormat, 160, 160, 32, 1, 0.5, 0.73, 1.25],
  ];

  test.each(measured.map(([format, ...rest]) => [format.name, ...rest, format] as const))(
    '%s, %i to %i channels, %i pixels, stride %i, at %d of the parameters: the measured one',
    (_, inChannels, outChannels, size, stride, share, chain, composed, format) => {
      const shape = convShape({ inChannels, outChannels, stride, outputSize: [size, size] });
      const method = chainMethod(format);
      // The largest scale with as many parameters at most.
      let scale = 0;
      while (method.parameters(shape, scale + 0.001) <= share * 9 * inChannels * outChannels) scale += 0.001;
      expect(runsAsChain(format.links(shape, scale), shape)).toBe(chain < composed);
      const denseOperations = 9 * inChannels * outChannels * size ** 2;
      if (chain > composed) expect(method.macs(shape, scale)).toBeGreaterThan(denseOperations);
      else expect(method.macs(shape, scale)).toBeLessThan(denseOperations);
    },
  );

  test('counts the operations of a strided chain at the pixels of each link', () => {
    const shape = convShape({ inChannels: 32, outChannels: 64, stride: 2, outputSize: [16, 16] });
    const [r1, r2] = [3, 6];
    // s = 0.1: ranks round(3.2) and round(6.4).
    const expected = 32 * r1 * 32 ** 2 + 9 * r1 * r2 * 16 ** 2 + r2 * 64 * 16 ** 2;
    expect(chainMethod(tucker2Format).macs(shape, 0.1)).toBe(expected);
    // The vertical link has half of the rows, and all columns. Ranks 3, min(round(0.1·96), 3·3) and 6.
    const train = 32 * 3 * 32 ** 2 + 3 * 3 * 9 * 16 * 32 + 3 * 9 * 6 * 16 ** 2 + 6 * 64 * 16 ** 2;
    expect(chainMethod(tensorTrainConvFormat).macs(shape, 0.1)).toBe(train);
    // R = round(0.01·288).
    const terms = 32 * 3 * 32 ** 2 + 9 * 3 * 16 ** 2 + 3 * 64 * 16 ** 2;
    expect(chainMethod(cpConvFormat).macs(shape, 0.01)).toBe(terms);
  });

  test('counts the operations of composing once', () => {
    const shape = convShape({ inChannels: 4, outChannels: 4, outputSize: [8, 8] });
    const denseOperations = 9 * 16 * 64;
    expect(chainMethod(tucker2Format).macs(shape, 1)).toBe(denseOperations + 4 * 4 * 9 * 4 + 4 * 9 * 4 * 4);
    expect(chainMethod(cpConvFormat).macs(shape, 1)).toBe(denseOperations + 36 * 16 + 36 * 16 * 4);
  });
});
