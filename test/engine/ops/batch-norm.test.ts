import { describe, expect, test } from 'vitest';
import { batchNormInference, batchNormTangent, batchNormTraining } from '../../../harness/engine/ops/batch-norm.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { directionalDifference, finiteDifferences } from '../../helpers/finite-differences.ts';
import {
  batchNormalized,
  channelMoments,
  dot,
  map,
  normalized,
  randomValues,
  values,
} from '../../helpers/reference.ts';

const shape = [4, 3, 2, 3];
const scale = randomValues('scale', [3]);
const offset = randomValues('offset', [3]);
// Channels far from mean 0 and variance 1, so that a forgotten term shows.
const x = map(randomValues('x', shape), (value, flat) =>
  Math.fround(value * [0.5, 3, 1][flat % 3]! + [2, -1, 5][flat % 3]!),
);
const fresh = () => ({ runningMean: tf.zeros([3]), runningVariance: tf.ones([3]) });

describe('batchNormTraining', () => {
  test('normalizes with the batch mean and the biased batch variance', () => {
    const { y } = batchNormTraining(tensorOf(x), { scale: tensorOf(scale), offset: tensorOf(offset), ...fresh() });
    expectClose(y, batchNormalized(x, scale, offset));
  });

  test('takes two values 1 and 3 to -1 and 1, with running statistics by hand', () => {
    const state = {
      scale: tf.ones([1]),
      offset: tf.zeros([1]),
      runningMean: tf.zeros([1]),
      runningVariance: tf.ones([1]),
    };
    const result = batchNormTraining(tf.tensor4d([1, 3], [2, 1, 1, 1]), state);
    const one = 1 / Math.sqrt(1 + 1e-5);
    expectClose(result.y, values([2, 1, 1, 1], [-one, one]), 1e-6);
    // 0.9·0 + 0.1·2, and 0.9·1 + 0.1·2 with the unbiased variance ((−1)² + 1²)/1 = 2.
    expectClose(result.runningMean, values([1], [0.2]), 1e-6);
    expectClose(result.runningVariance, values([1], [1.1]), 1e-6);
  });

  test('has the gradients of finite differences for input, scale and offset', () => {
    const c = randomValues('c', shape);
    const f = (input: ReturnType<typeof tensorOf>, a: typeof input, b: typeof input) =>
      batchNormTraining(input, { scale: a, offset: b, ...fresh() }).y;
    const [forX, forScale, forOffset] = engineGradients(f as never, [x, scale, offset], c);
    // The input's gradient is what is left after two projections: cancellation costs a digit.
    expectClose(
      forX!,
      finiteDifferences((moved) => dot(batchNormalized(moved, scale, offset), c), x),
      5e-5,
    );
    expectClose(
      forScale!,
      finiteDifferences((moved) => dot(batchNormalized(x, moved, offset), c), scale),
      5e-5,
    );
    expectClose(
      forOffset!,
      finiteDifferences((moved) => dot(batchNormalized(x, scale, moved), c), offset),
      5e-5,
    );
  });

  test('averages a tenth of the mean and of the unbiased variance of each of two batches', () => {
    const second = randomValues('second', shape);
    const state = { scale: tensorOf(scale), offset: tensorOf(offset) };
    const once = batchNormTraining(tensorOf(x), { ...state, ...fresh() });
    const twice = batchNormTraining(tensorOf(second), { ...state, ...once });
    const [a, b] = [channelMoments(x), channelMoments(second)];
    expectClose(
      twice.runningMean,
      values(
        [3],
        a.mean.map((mean, c) => 0.9 * 0.1 * mean + 0.1 * b.mean[c]!),
      ),
    );
    const variance = a.unbiased.map((first, c) => 0.9 * (0.9 + 0.1 * first) + 0.1 * b.unbiased[c]!);
    expectClose(twice.runningVariance, values([3], variance));
  });

  test('leaves its state as it was, and outlives a tidy with the running statistics only', () => {
    const state = { scale: tensorOf(scale), offset: tensorOf(offset), ...fresh() };
    const input = tensorOf(x);
    const before = tf.memory().numTensors;
    let kept: { runningMean: typeof input; runningVariance: typeof input } | undefined;
    tf.tidy(() => {
      kept = batchNormTraining(input, state);
    });
    expect(tf.memory().numTensors).toBe(before + 2);
    expect([...valuesOf(state.runningMean).data, ...valuesOf(state.runningVariance).data]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(kept!.runningMean.isDisposed).toBe(false);
    expect(kept!.runningVariance.isDisposed).toBe(false);
  });
});

describe('batchNormInference', () => {
  const [mean, variance] = [randomValues('mean', [3]), values([3], [0.25, 4, 1e-4])];
  const state = { scale, offset, runningMean: mean, runningVariance: variance };
  const running = { mean: mean.data, variance: variance.data };

  test('normalizes with the running statistics', () => {
    const tensors = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, tensorOf(value)]));
    expectClose(batchNormInference(tensorOf(x), tensors as never), normalized(x, running, scale, offset));
  });

  test('has the gradients of finite differences for input, scale and offset', () => {
    const c = randomValues('c', shape);
    const f = (input: ReturnType<typeof tensorOf>, a: typeof input, b: typeof input) =>
      batchNormInference(input, {
        scale: a,
        offset: b,
        runningMean: tensorOf(mean),
        runningVariance: tensorOf(variance),
      });
    const gradients = engineGradients(f as never, [x, scale, offset], c);
    const expected = [
      finiteDifferences((moved) => dot(normalized(moved, running, scale, offset), c), x),
      finiteDifferences((moved) => dot(normalized(x, running, moved, offset), c), scale),
      finiteDifferences((moved) => dot(normalized(x, running, scale, moved), c), offset),
    ];
    gradients.forEach((gradient, index) => {
      expectClose(gradient, expected[index]!);
    });
  });
});

describe('batchNormTangent', () => {
  const direction = randomValues('direction', shape);
  const derivative = (at: typeof x, along: typeof x) =>
    directionalDifference((moved) => batchNormalized(moved, scale, offset), at, along, 1e-4);

  test('is the derivative along a direction, and has its gradients for input and direction', () => {
    expectClose(batchNormTangent(tensorOf(x), tensorOf(direction), tensorOf(scale)), derivative(x, direction), 5e-5);
    const c = randomValues('c', shape);
    const [forX, forDirection] = engineGradients(
      (input, along) => batchNormTangent(input, along, tensorOf(scale)),
      [x, direction],
      c,
    );
    expectClose(
      forX!,
      finiteDifferences((moved) => dot(derivative(moved, direction), c), x, 1e-4),
      5e-5,
    );
    expectClose(
      forDirection!,
      finiteDifferences((moved) => dot(derivative(x, moved), c), direction, 1e-4),
      5e-5,
    );
  });

  test('of two values that move apart alike is zero but for ε, of a shift zero', () => {
    const two = tf.tensor4d([1, 3], [2, 1, 1, 1]);
    const along = (...values: number[]) => [
      ...batchNormTangent(two, tf.tensor4d(values, [2, 1, 1, 1]), tf.ones([1])).dataSync(),
    ];
    for (const value of along(-1, 1)) expect(Math.abs(value)).toBeLessThan(2e-5);
    expect(along(1, 1)).toEqual([0, 0]);
  });
});
