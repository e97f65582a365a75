import { describe, expect, test } from 'vitest';
import { crossEntropy, crossEntropyTangent } from '../../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, expectClose, tensorOf } from '../../helpers/engine.ts';
import { directionalDifference, finiteDifferences } from '../../helpers/finite-differences.ts';
import { map, randomValues, softmaxCrossEntropy, values } from '../../helpers/reference.ts';

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

  test('has a derivative along a direction, with gradients for both', () => {
    const direction = randomValues('direction', [5, 4]);
    const derivative = (at: typeof logits, along: typeof logits) =>
      directionalDifference((moved) => values([], [softmaxCrossEntropy(moved, labels, smoothing)]), at, along, 1e-4);
    const tangent = crossEntropyTangent(tensorOf(logits), tensorOf(direction), labelTensor(), smoothing);
    expectClose(tangent, derivative(logits, direction));
    const [forLogits, forDirection] = engineGradients(
      (input, along) => crossEntropyTangent(input, along, labelTensor(), smoothing),
      [logits, direction],
      one,
    );
    expectClose(
      forLogits!,
      finiteDifferences((moved) => derivative(moved, direction).data[0]!, logits, 1e-4),
    );
    expectClose(
      forDirection!,
      finiteDifferences((moved) => derivative(logits, moved).data[0]!, direction, 1e-4),
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
