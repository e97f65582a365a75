import { describe, expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { denseMacs, denseParameters, totalMacs, totalOutputs, totalParameters } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { vggBlueprint } from '../../harness/shape/vgg.ts';
import { wideResnetBlueprint } from '../../harness/shape/wide-resnet.ts';
import { resnetName } from '../../harness/spec/model-names.ts';
import { convShape } from '../helpers/conv-layers.ts';

const resnet = (depth: number, width = 16) =>
  resnetBlueprint({ depth, width, classes: 10, size: 32, inputChannels: 3 });

describe('resnetBlueprint', () => {
  // 32, 44 by the closed form below; the others as published with the reference implementation.
  test.each([
    [20, 269_722],
    [32, 464_154],
    [44, 658_586],
    [56, 853_018],
    [110, 1_727_962],
  ])('of depth %i has %i parameters', (depth, parameters) => {
    expect(totalParameters(resnet(depth))).toBe(parameters);
  });

  test('of depth 20 has 40,551,040 operations an image, counted stage by stage', () => {
    const stem = 32 * 32 * 16 * 27;
    const first = 6 * (32 * 32 * 16 * 144);
    const second = 16 * 16 * 32 * 144 + 5 * (16 * 16 * 32 * 288);
    const third = 8 * 8 * 64 * 288 + 5 * (8 * 8 * 64 * 576);
    expect(totalMacs(resnet(20))).toBe(stem + first + second + third + 640);
    expect(totalMacs(resnet(20))).toBe(40_551_040);
  });

  test('of depth 20 puts out 188,416 values an image from its convolutions', () => {
    expect(totalOutputs(resnet(20))).toBe(7 * 32 * 32 * 16 + 6 * 16 * 16 * 32 + 6 * 8 * 8 * 64);
    expect(totalOutputs(resnet(20))).toBe(188_416);
  });

  test('lists depth layers with weights, each convolution followed by its normalization', () => {
    const { name, layers } = resnet(20);
    expect(name).toBe('resnet-20');
    expect(layers.filter(({ kind }) => kind !== 'batch-norm').length).toBe(20);
    layers.slice(0, -1).forEach((layer, index) => {
      expect(layer.kind).toBe(index % 2 === 0 ? 'conv' : 'batch-norm');
      if (layer.kind === 'batch-norm')
        expect(layers[index - 1]).toMatchObject({ kind: 'conv', outChannels: layer.channels });
    });
    expect(layers.at(-1)).toEqual({ kind: 'linear', name: 'classifier', inFeatures: 64, outFeatures: 10 });
    expect(new Set(layers.map((layer) => layer.name)).size).toBe(layers.length);
  });

  test('narrows at the first convolution of stages 2 and 3 only, and never factorizes the first convolution', () => {
    const convs = resnet(20).layers.filter((layer) => layer.kind === 'conv');
    expect(convs.filter(({ stride }) => stride === 2).map(({ name }) => name)).toEqual([
      'stage2.block1.1.conv',
      'stage3.block1.1.conv',
    ]);
    expect(convs.filter(({ compressible }) => !compressible).map(({ name }) => name)).toEqual(['stem.conv']);
    expect(convs.map(({ outputSize: [height] }) => height)).toEqual([
      32,
      ...Array(6).fill(32),
      ...Array(6).fill(16),
      ...Array(6).fill(8),
    ]);
    expect(convs.map(({ outChannels }) => outChannels)).toEqual([
      16,
      ...Array(6).fill(16),
      ...Array(6).fill(32),
      ...Array(6).fill(64),
    ]);
  });

  test('projects by a compressible 1x1 convolution and its normalization where a stage narrows, and nowhere else', () => {
    const options = { depth: 20, width: 16, classes: 10, size: 32, inputChannels: 3 };
    const { name, layers } = resnetBlueprint({ ...options, shortcut: 'projection' });
    expect(name).toBe('resnet-20-projection');
    const plain = new Set(resnet(20).layers.map((layer) => layer.name));
    const conv = { kind: 'conv', kernel: [1, 1], stride: 2, compressible: true };
    expect(layers.filter((layer) => !plain.has(layer.name))).toEqual([
      { ...conv, name: 'stage2.block1.shortcut.conv', inChannels: 16, outChannels: 32, outputSize: [16, 16] },
      { kind: 'batch-norm', name: 'stage2.block1.shortcut.norm', channels: 32 },
      { ...conv, name: 'stage3.block1.shortcut.conv', inChannels: 32, outChannels: 64, outputSize: [8, 8] },
      { kind: 'batch-norm', name: 'stage3.block1.shortcut.norm', channels: 64 },
    ]);
    expect(layers.filter((layer) => plain.has(layer.name))).toEqual(resnet(20).layers);
  });

  test.each([21, 2, 0, 19.5, -4])('refuses depth %d', (depth) => {
    expect(() => resnet(depth)).toThrow(UsageError);
    expect(() => resnet(depth)).toThrow(`depth ${depth} is not of the form 6n+2; use 8, 14, 20, 32, 44, 56 or 110`);
  });

  test('names the width where it is not the published one', () => {
    expect([resnetName(32, 16), resnetName(32, 64)]).toEqual(['resnet-32', 'resnet-32-w64']);
    expect(resnetName(32, 64, 'projection')).toBe('resnet-32-w64-projection');
  });
});

describe('vggBlueprint', () => {
  const vgg = (size: number, classes = 10, width = 64) =>
    vggBlueprint({ depth: 19, width, classes, size, inputChannels: 3 });

  // Totals of the networks in the released code.
  test.each([
    { size: 32, classes: 10, parameters: 20_035_018 },
    { size: 32, classes: 100, parameters: 20_081_188 },
    { size: 64, classes: 200, parameters: 20_132_488 },
  ])('for $classes classes has $parameters parameters', ({ size, classes, parameters }) => {
    expect(totalParameters(vgg(size, classes))).toBe(parameters);
  });

  test('has 398,136,320 operations an image of 32 x 32, counted stage by stage, and four times as many on 64 x 64', () => {
    const convolutions = (pixels: number, ...channels: number[]) =>
      channels.slice(1).reduce((sum, outputs, i) => sum + pixels * 9 * channels[i]! * outputs, 0);
    const stages = [
      convolutions(1024, 3, 64, 64),
      convolutions(256, 64, 128, 128),
      convolutions(64, 128, 256, 256, 256, 256),
      convolutions(16, 256, 512, 512, 512, 512),
      convolutions(4, 512, 512, 512, 512, 512),
    ].reduce((sum, macs) => sum + macs, 0);
    expect(totalMacs(vgg(32))).toBe(stages + 5120);
    expect(totalMacs(vgg(32))).toBe(398_136_320);
    expect(totalMacs(vgg(64))).toBe(4 * stages + 5120);
  });

  test('lists 16 convolutions, each with its normalization, the first of them never factorized', () => {
    const { name, layers } = vgg(32);
    const convs = layers.filter((layer) => layer.kind === 'conv');
    expect(name).toBe('vgg-19');
    expect(convs.map(({ outChannels, outputSize: [height] }) => [outChannels, height])).toEqual([
      ...Array(2).fill([64, 32]),
      ...Array(2).fill([128, 16]),
      ...Array(4).fill([256, 8]),
      ...Array(4).fill([512, 4]),
      ...Array(4).fill([512, 2]),
    ]);
    expect(convs.map(({ compressible }) => compressible)).toEqual([false, ...Array(15).fill(true)]);
    expect(layers.filter(({ kind }) => kind === 'batch-norm').length).toBe(16);
    expect(new Set(layers.map((layer) => layer.name)).size).toBe(33);
    expect(vgg(32, 10, 8).name).toBe('vgg-19-w8');
  });

  test('refuses an input that cannot be halved four times', () => {
    expect(() => vgg(40)).toThrow(UsageError);
    expect(() => vgg(40)).toThrow('an input of 40 x 40 cannot be halved four times; use a multiple of 16');
  });
});

describe('wideResnetBlueprint', () => {
  const wrn = (depth: number, widen: number, classes = 10) =>
    wideResnetBlueprint({ depth, widen, classes, size: 32, inputChannels: 3 });
  const convsOf = (depth: number, widen: number) => wrn(depth, widen).layers.filter((layer) => layer.kind === 'conv');

  test('of depth 28 and widening factor 10 has 36,479,194 parameters, the total of the released code', () => {
    expect(totalParameters(wrn(28, 10))).toBe(36_479_194);
  });

  test.each([
    [10, 1],
    [16, 1],
    [16, 2],
    [28, 10],
  ])('of depth %i and widening factor %i has the parameters of the closed form', (depth, widen) => {
    const n = (depth - 4) / 6;
    const [a, b, c] = [16 * widen, 32 * widen, 64 * widen];
    const stage = (inputs: number, outputs: number) =>
      9 * inputs * outputs + (2 * n - 1) * 9 * outputs * outputs + (inputs === outputs ? 0 : inputs * outputs);
    const norms = 2 * (16 + (2 * n - 1) * a + a + (2 * n - 1) * b + b + (2 * n - 1) * c + c);
    const expected = 432 + stage(16, a) + stage(a, b) + stage(b, c) + norms + (10 * c + 10);
    expect(totalParameters(wrn(depth, widen))).toBe(expected);
  });

  test('has the operations of WRN-16-2, counted stage by stage', () => {
    const first = 1024 * (9 * (16 * 32 + 3 * 32 * 32) + 16 * 32);
    const second = 256 * (9 * (32 * 64 + 3 * 64 * 64) + 32 * 64);
    const third = 64 * (9 * (64 * 128 + 3 * 128 * 128) + 64 * 128);
    expect(totalMacs(wrn(16, 2))).toBe(1024 * 432 + first + second + third + 1280);
  });

  test('narrows and projects at the first block of stages 2 and 3, and projects in stage 1 where it widens', () => {
    const shortcuts = (widen: number) => convsOf(16, widen).filter(({ name }) => name.includes('shortcut'));
    expect(shortcuts(1).map(({ name }) => name)).toEqual([
      'stage2.block1.shortcut.conv',
      'stage3.block1.shortcut.conv',
    ]);
    expect(
      shortcuts(2).map(({ name, kernel, inChannels, outChannels, stride }) => [
        name,
        kernel,
        inChannels,
        outChannels,
        stride,
      ]),
    ).toEqual([
      ['stage1.block1.shortcut.conv', [1, 1], 16, 32, 1],
      ['stage2.block1.shortcut.conv', [1, 1], 32, 64, 2],
      ['stage3.block1.shortcut.conv', [1, 1], 64, 128, 2],
    ]);
    const strided = convsOf(16, 2).filter(({ stride, kernel }) => stride === 2 && kernel[0] === 3);
    expect(strided.map(({ name }) => name)).toEqual(['stage2.block1.1.conv', 'stage3.block1.1.conv']);
  });

  test('never factorizes the first convolution, and names every layer once', () => {
    const { name, layers } = wrn(28, 10);
    expect(name).toBe('wrn-28-10');
    const kept = layers.filter((layer) => layer.kind === 'conv' && !layer.compressible);
    expect(kept.map((layer) => layer.name)).toEqual(['stem.conv']);
    expect(layers.at(-1)).toEqual({ kind: 'linear', name: 'classifier', inFeatures: 640, outFeatures: 10 });
    expect(new Set(layers.map((layer) => layer.name)).size).toBe(layers.length);
    // 1 + 24 + 3 projections; a normalization before each block convolution and at the end.
    expect(layers.filter(({ kind }) => kind === 'conv').length).toBe(28);
    expect(layers.filter(({ kind }) => kind === 'batch-norm').length).toBe(25);
  });

  test.each([9, 4, 20, 28.5, -2])('refuses depth %d', (depth) => {
    expect(() => wrn(depth, 1)).toThrow(UsageError);
    expect(() => wrn(depth, 1)).toThrow(`depth ${depth} is not of the form 6n+4; use 10, 16, 22, 28, 34 or 40`);
  });
});

describe('counts of one layer', () => {
  test('are those of its definition', () => {
    const conv = convShape({ inChannels: 3, outChannels: 5, kernel: [3, 1], outputSize: [4, 2] });
    expect([denseParameters(conv), denseMacs(conv)]).toEqual([45, 360]);
    const linear = { kind: 'linear', name: 'l', inFeatures: 7, outFeatures: 4 } as const;
    expect([denseParameters(linear), denseMacs(linear)]).toEqual([32, 28]);
    const norm = { kind: 'batch-norm', name: 'n', channels: 6 } as const;
    expect([denseParameters(norm), denseMacs(norm)]).toEqual([12, 0]);
  });

  test('replace compressible convolutions only', () => {
    const blueprint = resnet(8, 4);
    const rest = 27 * 4 + 2 * (4 + 2 * (4 + 8 + 16)) + (16 * 10 + 10);
    expect(totalParameters(blueprint, () => 1000)).toBe(rest + 6000);
    expect(totalMacs(blueprint, () => 1000)).toBe(27 * 4 * 1024 + 160 + 6000);
  });
});
