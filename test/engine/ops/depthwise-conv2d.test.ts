import { describe, expect, test } from 'vitest';
import { depthwiseConv2d } from '../../../harness/engine/ops/depthwise-conv2d.ts';
import { replaying } from '../../../harness/engine/replay.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, convolution, dot, filled, randomValues, type Values } from '../../helpers/reference.ts';

/** The ordinary convolution whose filter is zero between different channels. */
function reference(x: Values, filter: Values, stride: number): Values {
  const [k1, k2, channels] = filter.shape as [number, number, number];
  const dense = filled([k1, k2, channels, channels], ([a, b, i, o]) => (i === o ? at(filter, a!, b!, i!, 0) : 0));
  return convolution(x, dense, [stride, stride]);
}

const kernels = [
  [3, 3],
  [1, 3],
  [5, 3],
  [1, 1],
];
const sizes = [
  [6, 8],
  [7, 5],
  [2, 1],
];
const cases = kernels.flatMap((kernel) => [1, 2].flatMap((stride) => sizes.map((size) => ({ kernel, stride, size }))));

describe.each(cases)('depthwiseConv2d $kernel, stride $stride, size $size', ({ kernel, stride, size }) => {
  const x = randomValues('x', [2, ...size, 3]);
  const filter = randomValues('filter', [...kernel, 3, 1]);
  const expected = reference(x, filter, stride);

  test('agrees with the definition', () => {
    expectClose(depthwiseConv2d(tensorOf(x), tensorOf(filter), stride), expected);
  });

  test('has the gradients of finite differences', () => {
    const c = randomValues('c', expected.shape);
    const [forX, forFilter] = engineGradients((a, b) => depthwiseConv2d(a, b, stride), [x, filter], c);
    expectClose(
      forX!,
      finiteDifferences((moved) => dot(reference(moved, filter, stride), c), x),
    );
    expectClose(
      forFilter!,
      finiteDifferences((moved) => dot(reference(x, moved, stride), c), filter),
    );
  });

  test('replays with the same bits', () => {
    const step = ({ a, b }: { a: ReturnType<typeof tensorOf>; b: ReturnType<typeof tensorOf> }) => {
      const [forA, forB] = tf.grads((p, q) => tf.sum(tf.square(depthwiseConv2d(p!, q!, stride))))([a, b]);
      return { forA: forA!, forB: forB! };
    };
    const feeds = { a: tensorOf(x), b: tensorOf(filter) };
    const replay = replaying(step, []);
    const [eager, replayed] = [step(feeds), replay.run(feeds)];
    expect(valuesOf(replayed.forA)).toEqual(valuesOf(eager.forA));
    expect(valuesOf(replayed.forB)).toEqual(valuesOf(eager.forB));
    replay.dispose();
  });
});

test('depthwiseConv2d refuses even filters', () => {
  expect(() => depthwiseConv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 3, 1, 1]), 1)).toThrow(RangeError);
});
