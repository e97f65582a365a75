import { describe, expect, test } from 'vitest';
import { crossEntropy, weightedCrossEntropy } from '../../harness/engine/cross-entropy.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { map, randomValues, softmaxCrossEntropy, values } from '../helpers/reference.ts';

const labels = [0, 2, 3, 3, 1];
const logits = map(randomValues('logits', [5, 4]), (value) => Math.fround(3 * value));
const labelTensor = () => tf.tensor1d(labels, 'int32');
const one = values([], [1]);

describe.each([0, 0.1, 0.9])('crossEntropy with smoothing %d', (smoothing) => {
  test('agrees with the definition', () => {
    const loss = crossEntropy(tensorOf(logits), labelTensor(), smoothing);
    expectClose(loss, values([], [softmaxCrossEntropy(logits, labels, smoothing)]), 1e-6);
  });

  test('has the gradient of finite differences', () => {
    const [gradient] = engineGradients((input) => crossEntropy(input, labelTensor(), smoothing), [logits], one);
    expectClose(
      gradient!,
      finiteDifferences((moved) => softmaxCrossEntropy(moved, labels, smoothing), logits),
    );
  });

  test('neither overflows nor loses the gradient at logits of ±1000', () => {
    const large = values([2, 2], [1000, -1000, -1000, 1000]);
    const target = tf.tensor1d([0, 0], 'int32');
    const loss = crossEntropy(tensorOf(large), target, smoothing);
    // Row 1 is certain and right, row 2 certain and wrong: losses 2000·ε/2 and 2000·(1 − ε/2).
    expectClose(loss, values([], [1000]), 1e-6);
    const [gradient] = engineGradients((input) => crossEntropy(input, target, smoothing), [large], one);
    const half = smoothing / 2;
    expectClose(gradient!, values([2, 2], [half / 2, -half / 2, -(1 - half) / 2, (1 - half) / 2]), 1e-6);
  });
});

test('crossEntropy of equal logits is the logarithm of the number of classes', () => {
  for (const smoothing of [0, 0.1]) {
    expect(crossEntropy(tf.fill([3, 10], 7), tf.tensor1d([0, 4, 9], 'int32'), smoothing).dataSync()[0]).toBeCloseTo(
      Math.log(10),
      6,
    );
  }
});

describe.each([0, 0.1])('weightedCrossEntropy with smoothing %d', (smoothing) => {
  const weights = [1, 0, 1, 1, 0];
  const weightTensor = () => tf.tensor1d(weights);
  /** Mean over the rows that count: 0, 2 and 3. */
  const expected = (moved: typeof logits) => {
    const rows = [0, 2, 3].flatMap((row) => [...moved.data.subarray(4 * row, 4 * row + 4)]);
    return softmaxCrossEntropy(values([3, 4], rows), [0, 3, 3], smoothing);
  };

  test('is the mean over the rows of weight 1', () => {
    const loss = weightedCrossEntropy(tensorOf(logits), labelTensor(), smoothing, weightTensor());
    expectClose(loss, values([], [expected(logits)]), 1e-6);
  });

  test('has the gradient of finite differences, zero in the rows of weight 0', () => {
    const f = (input: ReturnType<typeof tensorOf>) =>
      weightedCrossEntropy(input, labelTensor(), smoothing, weightTensor());
    const [gradient] = engineGradients(f, [logits], one);
    expectClose(gradient!, finiteDifferences(expected, logits));
    expect([...gradient!.data.subarray(4, 8), ...gradient!.data.subarray(16)].every((value) => value === 0)).toBe(true);
  });

  test('with all weights 1 is the plain mean', () => {
    const plain = crossEntropy(tensorOf(logits), labelTensor(), smoothing).dataSync()[0]!;
    const weighted = weightedCrossEntropy(tensorOf(logits), labelTensor(), smoothing, tf.ones([5]));
    expect(weighted.dataSync()[0]).toBeCloseTo(plain, 6);
  });

  test('divides by the sum of the weights', () => {
    const halves = weightedCrossEntropy(tensorOf(logits), labelTensor(), smoothing, tf.fill([5], 0.5));
    expect(halves.dataSync()[0]).toBeCloseTo(softmaxCrossEntropy(logits, labels, smoothing), 6);
  });
});
