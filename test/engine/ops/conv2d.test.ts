import { describe, expect, test } from 'vitest';
import { conv2d, mappedConv2d } from '../../../harness/engine/ops/conv2d.ts';
import { type Tensor, tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { convolution, dot, filled, map, randomValues, type Values, values } from '../../helpers/reference.ts';

const kernels: [number, number][] = [
  [3, 3],
  [1, 3],
  [3, 1],
  [1, 1],
  [5, 3],
];
const strides: [number, number][] = [
  [1, 1],
  [2, 2],
  [1, 2],
  [2, 1],
];
const sizes: [number, number][] = [
  [6, 8],
  [7, 5],
  [8, 7],
  [2, 1],
];

// The filter's gradient is computed in one of two ways: which one depends on the channels.
const channelPairs: [number, number][] = [
  [3, 2],
  [2, 3],
];

const bytesOf = (tensor: Tensor) => Buffer.from(Float32Array.from(tensor.dataSync()).buffer);

const cases = kernels.flatMap((kernel) =>
  strides.flatMap((stride) =>
    sizes.flatMap((size) => channelPairs.map((channels) => ({ kernel, stride, size, channels }))),
  ),
);

describe.each(cases)('conv2d $kernel, stride $stride, size $size, channels $channels', (given) => {
  const { kernel, stride, size, channels } = given;
  const x = randomValues('x', [2, ...size, channels[0]]);
  const filter = randomValues('filter', [...kernel, ...channels]);
  const expected = convolution(x, filter, stride);

  test('agrees with the definition', () => {
    expect(expected.shape).toEqual([2, Math.ceil(size[0] / stride[0]), Math.ceil(size[1] / stride[1]), channels[1]]);
    expectClose(conv2d(tensorOf(x), tensorOf(filter), { stride }), expected);
  });

  test('has the gradients of finite differences', () => {
    const c = randomValues('c', expected.shape);
    const [forX, forFilter] = engineGradients((a, b) => conv2d(a, b, { stride }), [x, filter], c);
    expectClose(
      forX!,
      finiteDifferences((moved) => dot(convolution(moved, filter, stride), c), x),
    );
    expectClose(
      forFilter!,
      finiteDifferences((moved) => dot(convolution(x, moved, stride), c), filter),
    );
  });
});

describe('conv2d', () => {
  test.each([
    [2, 3],
    [3, 4],
  ])('refuses a %d x %d filter', (k1, k2) => {
    expect(() => conv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([k1, k2, 1, 1]), { stride: [1, 1] })).toThrow(RangeError);
  });

  test('with a centred unit filter and stride 2 picks every other pixel from the first on', () => {
    const x = filled([1, 4, 4, 1], ([, i, j]) => 10 * i! + j!);
    const unit = values([3, 3, 1, 1], [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(valuesOf(conv2d(tensorOf(x), tensorOf(unit), { stride: [2, 2] })).data).toEqual(
      Float64Array.of(0, 2, 20, 22),
    );
  });

  test('correlates: the filter is not mirrored', () => {
    const x = values([1, 1, 3, 1], [1, 2, 4]);
    const filter = values([1, 3, 1, 1], [100, 10, 1]);
    expect([...valuesOf(conv2d(tensorOf(x), tensorOf(filter), { stride: [1, 1] })).data]).toEqual([12, 124, 240]);
  });

  test.each([
    [8, 32, 32, [1, 1]],
    [32, 16, 16, [1, 1]],
    [16, 16, 16, [2, 2]],
    [8, 128, 128, [1, 1]],
  ] as const)(
    'gives an image of %i pixels a side, %i to %i channels, stride %j, the bits that it has among others',
    (side, inner, outer, stride) => {
      const x = tensorOf(randomValues('x', [2, side, side, inner]));
      const filter = tensorOf(randomValues('filter', [3, 3, inner, outer]));
      const alone = conv2d(tf.slice(x, 0, 1), filter, { stride });
      const among = tf.slice(conv2d(x, filter, { stride }), 0, 1);
      expect(Buffer.compare(bytesOf(alone), bytesOf(among))).toBe(0);
    },
  );

  test.each(strides)('without input gradient has the same output and filter gradient, stride %i, %i', (...stride) => {
    const [x, filter] = [randomValues('x', [2, 6, 5, 3]), randomValues('filter', [3, 3, 3, 2])];
    const expected = convolution(x, filter, stride);
    const c = randomValues('c', expected.shape);
    const input = tensorOf(x);
    const first = (kernel: typeof input) => conv2d(input, kernel, { stride, inputGradient: false });
    expectClose(first(tensorOf(filter)), expected);
    const [forFilter] = engineGradients(first, [filter], c);
    expectClose(
      forFilter!,
      finiteDifferences((moved) => dot(convolution(x, moved, stride), c), filter),
    );
  });

  test('without input gradient refuses to give one', () => {
    const [x, filter] = [randomValues('x', [1, 4, 4, 2]), randomValues('filter', [3, 3, 2, 2])];
    const first = (a: Parameters<typeof conv2d>[0], b: Parameters<typeof conv2d>[1]) =>
      conv2d(a, b, { stride: [1, 1], inputGradient: false });
    expect(() => engineGradients(first, [x, filter], randomValues('c', [1, 4, 4, 2]))).toThrow(/gradient/);
  });
});

test('mappedConv2d is the convolution and then the map, with the gradients of finite differences', () => {
  const stride = [2, 1] as const;
  const x = randomValues('x', [2, 5, 6, 2]);
  const filter = randomValues('filter', [3, 3, 2, 3]);
  const [scale, offset] = [randomValues('scale', [3]), randomValues('offset', [3])];
  const expected = (input: Values, kernel: Values, a: Values, b: Values) =>
    map(convolution(input, kernel, stride), (value, flat) => value * a.data[flat % 3]! + b.data[flat % 3]!);
  const inputs = [x, filter, scale, offset] as [Values, Values, Values, Values];
  const apply = (input: Tensor, kernel: Tensor, a: Tensor, b: Tensor) =>
    mappedConv2d(input, kernel, { scale: a, offset: b }, { stride });
  expectClose(apply(...(inputs.map(tensorOf) as [Tensor, Tensor, Tensor, Tensor])), expected(...inputs));
  const c = randomValues('c', [2, 3, 6, 3]);
  engineGradients(apply as never, inputs, c).forEach((gradient, index) => {
    const moved = (one: Values) => inputs.map((given, i) => (i === index ? one : given)) as typeof inputs;
    expectClose(
      gradient,
      finiteDifferences((one) => dot(expected(...moved(one)), c), inputs[index]!),
    );
  });
});
