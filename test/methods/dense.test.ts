import { expect, test } from 'vitest';
import { dense } from '../../harness/methods/dense.ts';
import { denseConv } from '../../harness/nn/conv-layer.ts';
import { streamsOf } from '../../harness/random.ts';
import { convShape, filterOf, inference } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { convolution, randomValues, values } from '../helpers/reference.ts';

const streams = streamsOf('dense', 0);

test('a dense layer is the convolution with its filter, and its matrix is (out·k1) x (in·k2)', () => {
  const shape = convShape({ inChannels: 2, outChannels: 3, kernel: [3, 1], stride: 2 });
  const layer = dense.build(shape, 1, 'default', streams);
  const filter = valuesOf(layer.variables[0]!.value);
  const x = randomValues('x', [2, 6, 6, 2]);
  expectClose(layer.apply(tensorOf(x), inference), convolution(x, filter, [2, 2]));
  expect(valuesOf(layer.matrix()).shape).toEqual([9, 2]);
  expect(filterOf(valuesOf(layer.matrix()), shape)).toEqual(filter);
});

test('the matrix of a numbered filter, by hand', () => {
  // filter[a, b, i, o] = 1000a + 100b + 10i + o, kernel 2 rows by 3 columns.
  const shape = convShape({ inChannels: 2, outChannels: 2, kernel: [2, 3] });
  const layer = denseConv(shape, streams, true);
  const numbers = [0, 1].flatMap((a) =>
    [0, 1, 2].flatMap((b) => [0, 1].flatMap((i) => [0, 1].map((o) => 1000 * a + 100 * b + 10 * i + o))),
  );
  layer.variables[0]!.assign(tensorOf(values([2, 3, 2, 2], numbers)));
  expect(layer.matrix().arraySync()).toEqual([
    [0, 100, 200, 10, 110, 210], // o = 0, a = 0
    [1000, 1100, 1200, 1010, 1110, 1210], // o = 0, a = 1
    [1, 101, 201, 11, 111, 211], // o = 1, a = 0
    [1001, 1101, 1201, 1011, 1111, 1211],
  ]);
});

test('a dense layer counts its parameters and operations whatever the scale, and has no factors to decay', () => {
  const shape = convShape({ inChannels: 16, outChannels: 32, stride: 2, outputSize: [16, 16] });
  expect([dense.parameters(shape, 0.1), dense.macs(shape, 0.1)]).toEqual([4608, 4608 * 256]);
  const layer = dense.build(shape, 0.1, 'default', streams);
  expect(layer.frobeniusGradients()).toBeNull();
  expect(layer.variables.map(({ role }) => role)).toEqual(['weight']);
});
