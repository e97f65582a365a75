import { describe, expect, test } from 'vitest';
import type { Blueprint, LayerShape } from '../../harness/shape/blueprint.ts';
import { totalParameters } from '../../harness/shape/blueprint.ts';
import { narrowedBlueprint, narrowedTransformer } from '../../harness/shape/narrowed.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { transformerBlueprint } from '../../harness/shape/transformer.ts';
import { vggBlueprint } from '../../harness/shape/vgg.ts';
import { wideResnetBlueprint } from '../../harness/shape/wide-resnet.ts';

const images = { classes: 10, size: 32, inputChannels: 3 };
const networks: Record<string, Blueprint> = {
  'resnet-20': resnetBlueprint({ depth: 20, width: 16, ...images }),
  'resnet-20-projection': resnetBlueprint({ depth: 20, width: 16, shortcut: 'projection', ...images }),
  'wrn-10-2': wideResnetBlueprint({ depth: 10, widen: 2, ...images }),
  'vgg-19': vggBlueprint({ depth: 19, width: 64, ...images }),
};
const cases = Object.entries(networks).map(([name, blueprint]) => ({ name, blueprint }));

const outputsOf = (layer: LayerShape) =>
  layer.kind === 'conv' ? layer.outChannels : layer.kind === 'linear' ? layer.outFeatures : layer.channels;
const inputsOf = (layer: LayerShape) =>
  layer.kind === 'conv' ? layer.inChannels : layer.kind === 'linear' ? layer.inFeatures : layer.channels;

describe.each(cases)('$name', ({ blueprint }) => {
  test('is itself at scale 1', () => {
    expect(narrowedBlueprint(blueprint, 1)).toEqual(blueprint);
  });

  test('keeps its layers, input and classes, and scales every other width by rounding', () => {
    const { name, layers } = narrowedBlueprint(blueprint, 0.3);
    expect(name).toBe(blueprint.name);
    expect(layers.map(({ name }) => name)).toEqual(blueprint.layers.map(({ name }) => name));
    layers.forEach((layer, index) => {
      const before = blueprint.layers[index]!;
      const [first, last] = [index === 0, index === layers.length - 1];
      expect(inputsOf(layer)).toBe(first ? 3 : Math.round(0.3 * inputsOf(before)));
      expect(outputsOf(layer)).toBe(last ? 10 : Math.round(0.3 * outputsOf(before)));
    });
  });

  test('has one channel everywhere at scale 0', () => {
    const { layers } = narrowedBlueprint(blueprint, 0);
    expect(new Set(layers.slice(0, -1).map(outputsOf))).toEqual(new Set([1]));
  });
});

test('a ResNet of half the widths is the ResNet of half the width', () => {
  const half = resnetBlueprint({ depth: 20, width: 8, ...images });
  expect(narrowedBlueprint(networks['resnet-20']!, 0.5)).toEqual({ ...half, name: 'resnet-20' });
  expect(totalParameters(narrowedBlueprint(networks['vgg-19']!, 0.25))).toBe(
    totalParameters(vggBlueprint({ depth: 19, width: 16, ...images })),
  );
});

describe('a Transformer', () => {
  const sizes = {
    encoderLayers: 2,
    decoderLayers: 3,
    width: 48,
    feedForward: 200,
    heads: 4,
    positions: 64,
    sourceVocabulary: 100,
    targetVocabulary: 120,
  };
  const blueprint = transformerBlueprint('transformer', sizes);

  test('is itself at scale 1', () => {
    expect(narrowedTransformer(blueprint, 1)).toEqual(blueprint);
  });

  test.each([
    // Heads of 12 features: 0.3 of them are 3.6.
    [0.3, 16, 60],
    [0.5, 24, 100],
    [0, 4, 1],
  ])('at scale %d keeps its heads: width %i, and %i between the matrices', (scale, width, feedForward) => {
    const narrowed = narrowedTransformer(blueprint, scale);
    expect(narrowed).toEqual(transformerBlueprint('transformer', { ...sizes, width, feedForward }));
  });
});
