import { expect, test } from 'vitest';
import { denseConvWeight } from '../../harness/init/conv-weight.ts';
import { heNormal } from '../../harness/init/he-normal.ts';
import { streamsOf } from '../../harness/random.ts';
import type { ConvShape } from '../../harness/shape/blueprint.ts';

const streams = streamsOf('he-normal', 0);

function moments(draws: Float32Array): { mean: number; variance: number; kurtosis: number } {
  const power = (exponent: number, centre: number) =>
    draws.reduce((sum, value) => sum + (value - centre) ** exponent, 0) / draws.length;
  const mean = power(1, 0);
  const variance = power(2, mean);
  return { mean, variance, kurtosis: power(4, mean) / variance ** 2 };
}

test.each([2, 27, 144])('heNormal draws N(0, 2/%i)', (fanIn) => {
  const size = 200_000;
  const draws = heNormal(size, fanIn, streams(`fan-${fanIn}`));
  const { mean, variance, kurtosis } = moments(draws);
  // Four standard errors of the mean, of the variance (√(2/size) relative) and of the kurtosis (√(24/size)).
  expect(draws.length).toBe(size);
  expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(2 / fanIn / size));
  expect(Math.abs((variance * fanIn) / 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / size));
  expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / size));
});

test('denseConvWeight has fan-out k1·k2·out where the network says so, from the same draws', () => {
  const shape: ConvShape = {
    kind: 'conv',
    name: 'some.conv',
    inChannels: 32,
    outChannels: 200,
    kernel: [3, 1],
    stride: 1,
    outputSize: [8, 8],
    compressible: true,
    fans: { dense: 'out', factors: 'out' },
  };
  expect(denseConvWeight(shape, streams)).toEqual(heNormal(3 * 32 * 200, 600, streams('weights/some.conv')));
  const inwards: ConvShape = { ...shape, fans: { dense: 'in', factors: 'out' } };
  expect(denseConvWeight(inwards, streams)).toEqual(heNormal(3 * 32 * 200, 96, streams('weights/some.conv')));
});

test('denseConvWeight has fan-in k1·k2·in and the stream of its layer', () => {
  const shape: ConvShape = {
    kind: 'conv',
    name: 'some.conv',
    inChannels: 32,
    outChannels: 200,
    kernel: [3, 1],
    stride: 1,
    outputSize: [8, 8],
    compressible: true,
  };
  const weight = denseConvWeight(shape, streams);
  expect(weight.length).toBe(3 * 32 * 200);
  expect(weight).toEqual(heNormal(weight.length, 96, streams('weights/some.conv')));
  expect(Math.abs(moments(weight).variance * 48 - 1)).toBeLessThan(4 * Math.sqrt(2 / weight.length));
});
