import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { normSummary } from '../../harness/train/norms.ts';
import '../helpers/engine.ts';

const layerOf = (matrix: number[][]) => ({
  variables: [],
  apply: (x: never) => x,
  matrix: () => tf.tensor2d(matrix),
  frobeniusGradients: () => null,
});

test('normSummary gives means over the layers, by hand', () => {
  // Singular values (4, 3), and (2) of the rank-one [1 1; 1 1].
  const summary = normSummary(
    [
      layerOf([
        [3, 0],
        [0, -4],
        [0, 0],
      ]),
      layerOf([
        [1, 1],
        [1, 1],
      ]),
    ],
    0.1,
  );
  expect(summary.frobenius_norm).toBeCloseTo((5 + 2) / 2, 5);
  expect(summary.nuclear_norm).toBeCloseTo((7 + 2) / 2, 5);
  expect(summary.learning_rate_over_norm).toBeCloseTo((0.1 / 5 + 0.1 / 2) / 2, 7);
  expect(summary.effective_learning_rate).toBeCloseTo((0.1 / 25 + 0.1 / 4) / 2, 7);
});

test('normSummary leaves no tensor', () => {
  const before = tf.memory().numTensors;
  normSummary(
    [
      layerOf([
        [1, 2],
        [3, 4],
      ]),
    ],
    0.1,
  );
  expect(tf.memory().numTensors).toBe(before);
});
