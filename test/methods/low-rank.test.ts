import { describe, expect, test } from 'vitest';
import { lowRank, rankOf } from '../../harness/methods/low-rank.ts';
import { convShape } from '../helpers/conv-layers.ts';

describe('rankOf', () => {
  test.each([
    [1, 3, 0.1, 1, '0.3 is raised to 1'],
    [1, 1, 0.5, 1, '0.5 rounds to the even 0, raised to 1'],
    [2, 3, 0.25, 2, '1.5 rounds to the even 2'],
    [10, 1, 0.25, 2, '2.5 rounds to the even 2'],
    [14, 1, 0.25, 4, '3.5 rounds to the even 4'],
    [16, 3, 0.1, 5, '4.8'],
    [16, 3, 1 / 9, 5, '5.33'],
    [64, 3, 1 / 3, 64, '64'],
    [16, 3, 1, 48, '48'],
    [16, 3, 3, 144, '144, beyond the full rank'],
  ])('with %i outputs, kernel height %i and scale %d is %i (%s)', (outChannels, k1, scale, expected) => {
    // The input side does not matter, whichever is smaller.
    for (const inChannels of [1, 500]) {
      expect(rankOf(convShape({ inChannels, outChannels, kernel: [k1, 3] }), scale)).toBe(expected);
    }
  });
});

describe('parameters of a low-rank layer', () => {
  test('are rank times both sides', () => {
    // r = round(0.1·96) = 10; 10·(32·3 + 16·3)
    expect(lowRank.parameters(convShape({ inChannels: 16, outChannels: 32 }), 0.1)).toBe(1440);
    // r = round(0.5·4) = 2; 2·(4·1 + 3·5)
    expect(lowRank.parameters(convShape({ inChannels: 3, outChannels: 4, kernel: [1, 5] }), 0.5)).toBe(38);
    // r = 9·48 = 432; 432·(48 + 48)
    expect(lowRank.parameters(convShape({ inChannels: 16, outChannels: 16 }), 9)).toBe(41_472);
  });
});

describe('operations of a low-rank layer', () => {
  // 16 -> 32 channels from 32 x 32 to 16 x 16 pixels.
  const strided = convShape({ inChannels: 16, outChannels: 32, stride: 2, outputSize: [16, 16] });

  test('below scale 1 are those of both convolutions, the first on every input row', () => {
    const first = 32 * 16 * 10 * (16 * 3); // rows · columns · r · (in·k2)
    const second = 16 * 16 * 32 * (10 * 3); // rows · columns · out · (r·k1)
    expect(lowRank.macs(strided, 0.1)).toBe(first + second);
  });

  test('from scale 1 on are those of the dense layer and of the product', () => {
    const dense = 16 * 16 * 32 * (16 * 9);
    expect(lowRank.macs(strided, 1)).toBe(dense + 96 * 96 * 48);
    expect(lowRank.macs(strided, 3)).toBe(dense + 96 * 288 * 48);
  });
});
