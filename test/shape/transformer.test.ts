import { describe, expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { denseMatrices } from '../../harness/methods/dense-matrix.ts';
import { lowRankMatrices } from '../../harness/methods/low-rank-matrix.ts';
import type { MatrixMethod } from '../../harness/nn/matrix-method.ts';
import {
  partParameters,
  type TransformerBlueprint,
  transformerBase,
  transformerBlueprint,
  transformerMacs,
  transformerParameters,
  transformerSmall,
} from '../../harness/shape/transformer.ts';

const vocabularies = { sourceVocabulary: 8000, targetVocabulary: 8000 };
const small = transformerBlueprint('transformer-small', { ...transformerSmall, ...vocabularies });
const base = transformerBlueprint('transformer-base', { ...transformerBase, ...vocabularies });

/** Parameters of the parts that the condition keeps. */
function parametersOf(
  { parts }: TransformerBlueprint,
  method: MatrixMethod,
  scale: number,
  keep: (name: string, kind: string) => boolean,
): number {
  return parts
    .filter(({ name, kind }) => keep(name, kind))
    .reduce((sum, part) => sum + partParameters(part, method, scale), 0);
}

const inBody = (name: string) => /^(encoder|decoder)\./.test(name);

describe('the body of transformer-small', () => {
  // Khodak et al. 2021 give 3.67, 2.10 and 1.05 million; normalizations are never factorized.
  test.each([
    ['dense', denseMatrices, 1, 3_670_016],
    ['low-rank', lowRankMatrices, 0.5, 2_097_152],
    ['low-rank', lowRankMatrices, 0.25, 1_048_576],
  ])('with %s matrices has the published number of weights: case %#', (_, method, scale, expected) => {
    const weights = parametersOf(small, method, scale, (name, kind) => inBody(name) && kind !== 'layer-norm');
    expect(weights).toBe(expected);
    // Two a layer of the encoder, three of the decoder, one after each stack; scale and offset each.
    const norms = parametersOf(small, method, scale, (name, kind) => inBody(name) && kind === 'layer-norm');
    expect(norms).toBe((2 * 2 + 2 * 3 + 2) * 2 * 256);
  });

  test('is made of attention and feed-forward layers, by hand', () => {
    const attention = parametersOf(small, denseMatrices, 1, (_, kind) => kind === 'attention');
    expect(attention).toBe(6 * 4 * 256 * 256);
    const feedForward = parametersOf(small, denseMatrices, 1, (name, kind) => inBody(name) && kind === 'matrix');
    expect(feedForward).toBe(4 * 2 * 256 * 1024);
    // Heads of 16 in place of 64, and rank 64.
    expect(parametersOf(small, lowRankMatrices, 0.25, (_, kind) => kind === 'attention')).toBe(6 * 4 * 256 * 64);
    expect(parametersOf(small, lowRankMatrices, 0.25, (name, kind) => inBody(name) && kind === 'matrix')).toBe(
      4 * 2 * 64 * (256 + 1024),
    );
  });
});

describe('all parameters', () => {
  test.each([
    ['transformer-small', small, denseMatrices, 1, 9_959_232],
    ['transformer-small', small, lowRankMatrices, 0.25, 2_697_024],
  ])('of %s agree with the PyTorch model of the same sizes', (_, blueprint, method, scale, expected) => {
    expect(transformerParameters(blueprint, method, scale)).toBe(expected);
  });

  test('of transformer-base by hand', () => {
    const body = 18 * 4 * 512 ** 2 + 12 * 2 * 512 * 2048;
    const norms = (6 * 2 + 6 * 3 + 2) * 2 * 512;
    const outside = (2 * 8000 + 512) * 512 + 512 * 8000 + 8000;
    expect(transformerParameters(base, denseMatrices, 1)).toBe(body + norms + outside);
  });

  test('outside the body at scale 0.25: rank 64 on every matrix, and the whole bias', () => {
    const outside = parametersOf(small, lowRankMatrices, 0.25, (name) => !inBody(name));
    expect(outside).toBe(3 * 64 * (8000 + 256) + 64 * (512 + 256) + 8000);
  });
});

describe('multiply-accumulate operations', () => {
  const tiny = transformerBlueprint('tiny', {
    encoderLayers: 1,
    decoderLayers: 1,
    width: 8,
    feedForward: 12,
    heads: 2,
    positions: 9,
    sourceVocabulary: 20,
    targetVocabulary: 30,
  });
  const [m, n] = [3, 5];

  test('of a dense model by hand', () => {
    const encoder = m * (4 * 64 + 2 * 96) + 2 * 8 * m * m;
    const self = n * 4 * 64 + 2 * 8 * n * n;
    const cross = 2 * 64 * (n + m) + 2 * 8 * n * m;
    const decoder = self + cross + n * 2 * 96;
    expect(transformerMacs(tiny, denseMatrices, 1, { source: m, target: n })).toBe(encoder + decoder + n * 8 * 30);
  });

  test('of a low-rank model by hand: looking up an embedding costs its second factor', () => {
    // Scale 0.5: rank 4, heads of 2, so that all heads are 4 wide.
    const embeddings = (m + n) * 2 * (4 * 8);
    const encoder = m * (4 * 32 + 2 * 4 * (8 + 12)) + 2 * 4 * m * m;
    const self = n * 4 * 32 + 2 * 4 * n * n;
    const cross = 2 * 32 * (n + m) + 2 * 4 * n * m;
    const decoder = self + cross + n * 2 * 4 * (8 + 12);
    const output = n * 4 * (8 + 30);
    expect(transformerMacs(tiny, lowRankMatrices, 0.5, { source: m, target: n })).toBe(
      embeddings + encoder + decoder + output,
    );
  });
});

test('transformerBlueprint refuses heads that do not divide the width', () => {
  const build = () => transformerBlueprint('transformer-small', { ...transformerSmall, ...vocabularies, heads: 3 });
  expect(build).toThrow(UsageError);
  expect(build).toThrow('3 heads do not divide a width of 256');
});
