import { expect } from 'vitest';
import { valueAndGradients } from '../../harness/engine/gradients.ts';
import { loadEngine, type Scalar, type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { Variable } from '../../harness/engine/variable.ts';
import { type Values, values } from './reference.ts';

/** Importing this module loads the engine, with the one thread that cells run with by default. */
loadEngine({ threads: 1, device: 'cpu' });

export function tensorOf({ shape, data }: Values): Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}

export function valuesOf(tensor: Tensor): Values {
  return values(tensor.shape, tensor.dataSync());
}

/**
 * Equal shapes, and every entry within `tolerance` times the largest expected magnitude: float32 sums round to about
 * 1e-6.
 */
export function expectClose(actual: Tensor | Values, expected: Values, tolerance = 1e-5): void {
  const { shape, data } = actual instanceof tf.Tensor ? valuesOf(actual) : actual;
  expect([...shape]).toEqual([...expected.shape]);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bound = tolerance * (largest === 0 ? 1 : largest);
  const miss = data.findIndex((value, flat) => !(Math.abs(value - expected.data[flat]!) <= bound));
  const found =
    miss === -1 ? 'close' : `entry ${miss}: ${data[miss]} instead of ${expected.data[miss]} (within ${bound})`;
  expect(found).toBe('close');
}

/** The engine's gradients of Σ c∘f(inputs) for each input. */
export function engineGradients(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Values[], c: Values): Values[] {
  const variables = inputs.map((input, index) => new Variable(`input${index}`, 'weight', tensorOf(input)));
  const cotangent = tensorOf(c);
  const { value, gradients } = valueAndGradients(
    () => tf.sum(tf.mul(f(...variables.map((variable) => variable.value)), cotangent)) as Scalar,
    variables,
  );
  const result = gradients.map(valuesOf);
  for (const owned of [value, cotangent, ...gradients, ...variables]) owned.dispose();
  return result;
}
