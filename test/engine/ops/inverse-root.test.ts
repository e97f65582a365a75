import { expect, it } from 'vitest';
import { inverseRoot } from '../../../harness/engine/ops/inverse-root.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import '../../helpers/engine.ts';

it('is the root over the number, each rounded once to float32', () => {
  const numbers = Float32Array.from({ length: 10_000 }, (_, i) => 1e-5 + (i % 100) * 0.37 + i * 1e-6);
  const expected = numbers.map((v) => Math.fround(Math.fround(Math.sqrt(v)) / v));
  expect(inverseRoot(tf.tensor1d(numbers)).dataSync()).toEqual(expected);
});
