import { type Scalar, type Tensor, tf } from './tensorflow.ts';
import type { Variable } from './variable.ts';

/**
 * The value of a scalar function of the variables, and its gradient for each of them, in their order.
 * The caller owns the returned tensors.
 *
 * @throws Error where a variable does not take part in the function.
 */
export function valueAndGradients(
  f: () => Scalar,
  variables: readonly Variable[],
): { value: Scalar; gradients: Tensor[] } {
  const tensors = variables.map((variable) => variable.value);
  const { value, grads } = tf.valueAndGrads(() => f())(tensors);
  return { value: value as Scalar, gradients: grads };
}

/**
 * Runs a function that must leave as many tensors as it found, plus `returned` ones.
 *
 * @throws Error naming the label and the count where tensors leak.
 */
export function withoutLeaks<T>(label: string, f: () => T, returned = 0): T {
  const before = tf.memory().numTensors;
  const result = f();
  const left = tf.memory().numTensors - before - returned;
  if (left !== 0)
    throw new Error(`${label} leaks ${left} tensor(s); wrap the computation in tidy or dispose what it makes`);
  return result;
}
