import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { spectrumOf } from '../../harness/measure/spectra.ts';
import type { CompressibleWeight } from '../../harness/nn/layer.ts';
import { tensorOf } from '../helpers/engine.ts';
import { matMul, orthonormalColumns, transposed, values } from '../helpers/reference.ts';

/** P diag(σ) Qᵀ with orthonormal P [6, n] and Q [4, n]. */
function withSingularValues(name: string, sigma: number[]) {
  const [p, q] = [6, 4].map((rows) => orthonormalColumns(`${name}/${rows}`, rows, sigma.length));
  const diagonal = values(
    [sigma.length, sigma.length],
    sigma.flatMap((value, i) => sigma.map((_, j) => (i === j ? value : 0))),
  );
  return tensorOf(matMul(matMul(p!, diagonal), transposed(q!)));
}

const weightOf = (matrix: () => ReturnType<typeof tensorOf>): CompressibleWeight => ({
  variables: [],
  matrix,
  frobeniusGradients: () => null,
});

test('of a matrix: ‖W‖_F = √Σσ² and the stable rank Σσ²/max σ²', () => {
  const { frobenius, stableRank } = spectrumOf(weightOf(() => withSingularValues('a', [4, 2, 1])));
  expect(frobenius).toBeCloseTo(Math.sqrt(21), 4);
  expect(stableRank).toBeCloseTo(21 / 16, 4);
});

test('of a batch: the means', () => {
  const pair = () => tf.stack([withSingularValues('a', [4, 2, 1]), withSingularValues('b', [1, 1])]);
  const { frobenius, stableRank } = spectrumOf(weightOf(pair));
  expect(frobenius).toBeCloseTo((Math.sqrt(21) + Math.SQRT2) / 2, 4);
  expect(stableRank).toBeCloseTo((21 / 16 + 2) / 2, 4);
});

test('of a wide matrix: those of its transpose, from a decomposition of its short side', () => {
  const tall = withSingularValues('a', [4, 2, 1]);
  const { frobenius, stableRank } = spectrumOf(weightOf(() => tf.transpose(tall)));
  expect(frobenius).toBeCloseTo(Math.sqrt(21), 4);
  expect(stableRank).toBeCloseTo(21 / 16, 4);
  // A decomposition of the long side would take hours.
  const wide = tf.concat([tf.eye(2), tf.zeros([2, 20_000])], 1);
  expect(spectrumOf(weightOf(() => tf.clone(wide))).stableRank).toBeCloseTo(2, 5);
});
