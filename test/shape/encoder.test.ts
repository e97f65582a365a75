import { describe, expect, test } from 'vitest';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { encoderBlueprint, narrowedEncoder, sizedEncoder } from '../../harness/shape/encoder.ts';

const sizes = { layers: 2, width: 8, feedForward: 12, heads: 2, positions: 5, vocabulary: 30 };
const lengths = { tokens: 4, predicted: 3 };
const masked = encoderBlueprint('tiny', sizes, 'masked-tokens');

/** One layer: four projections, two feed-forward matrices and two normalizations. */
const layer = 4 * 64 + 2 * 96 + 4 * 8;

describe('an encoder counts', () => {
  test('parameters by hand: the table once, though it is the output as well', () => {
    expect(sizedEncoder(masked, lengths).dense.parameters).toBe(30 * 8 + 5 * 8 + 2 * layer + 16 + 30);
    const span = encoderBlueprint('tiny', sizes, 'span');
    expect(sizedEncoder(span, lengths).dense.parameters).toBe(30 * 8 + 5 * 8 + 2 * layer + 16 + 16);
  });

  test('operations by hand: of each token, of pairs, and of the table for tokens that are told', () => {
    const perLayer = 4 * (4 * 64 + 2 * 96) + 2 * 8 * 4 * 4;
    expect(sizedEncoder(masked, lengths).dense.macs).toBe(2 * perLayer + 3 * 30 * 8);
    const span = sizedEncoder(encoderBlueprint('tiny', sizes, 'span'), { tokens: 4, predicted: 0 });
    expect(span.dense.macs).toBe(2 * perLayer + 4 * 8 * 2);
  });

  test('factors: rank 4 of every matrix, heads of half the size, and both factors of the table for a token told', () => {
    const network = sizedEncoder(masked, lengths);
    const ofLayer = 4 * 8 * 4 + 2 * 4 * (8 + 12) + 4 * 8;
    expect(network.parameters(lowRank, 0.5)).toBe(4 * (30 + 8) + 4 * (5 + 8) + 2 * ofLayer + 16 + 30);
    const lookups = 2 * 4 * (4 * 8);
    const perLayer = 4 * (4 * 8 * 4 + 2 * 4 * (8 + 12)) + 2 * 4 * 4 * 4;
    expect(network.operations(lowRank, 0.5).macs).toBe(lookups + 2 * perLayer + 3 * 4 * (30 + 8));
    expect(network.parameters(dense, 1)).toBe(network.dense.parameters);
  });

  test('weights are all but biases and normalizations', () => {
    const total = sizedEncoder(masked, lengths).weights.reduce((sum, { size }) => sum + size, 0);
    expect(total).toBe(30 * 8 + 5 * 8 + 2 * (4 * 64 + 2 * 96));
  });
});

test('a thinner encoder keeps layers, heads, positions and vocabulary', () => {
  const { sizes: thin, head } = narrowedEncoder(masked, 0.5);
  expect(thin).toEqual({ ...sizes, width: 4, feedForward: 6 });
  expect(head).toBe('masked-tokens');
  expect(sizedEncoder(masked, lengths).narrowed(1).dense).toEqual(sizedEncoder(masked, lengths).dense);
});

test('BERT-base has the published 110 million parameters but for segments, pooling, biases and the head’s layer', () => {
  const base = { layers: 12, width: 768, feedForward: 3072, heads: 12, positions: 512, vocabulary: 30_522 };
  const { parameters } = sizedEncoder(encoderBlueprint('bert-base', base, 'masked-tokens'), {
    tokens: 512,
    predicted: 77,
  }).dense;
  // Published: 109,482,240, of which segments 2·768, pooling 768·769, the embeddings' normalization 2·768, and biases of
  // 12 layers: 4·768 of attention, 3072 + 768 of feed-forward.
  const published = 109_482_240 - 2 * 768 - 768 * 769 - 2 * 768 - 12 * (5 * 768 + 3072);
  expect(parameters).toBe(published + 30_522 + 2 * 768);
});

test('heads must divide the width', () => {
  expect(() => encoderBlueprint('odd', { ...sizes, heads: 3 }, 'span')).toThrow('3 heads do not divide a width of 8');
});
