import { describe, expect, test } from 'vitest';
import { valueAndGradients, withoutLeaks } from '../../harness/engine/gradients.ts';
import { type Scalar, tf } from '../../harness/engine/tensorflow.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import '../helpers/engine.ts';

const vector = (name: string, ...numbers: number[]) =>
  variableOf(name, 'weight', Float32Array.from(numbers), [numbers.length]);

describe('valueAndGradients', () => {
  test('gives the value and the gradients in the variables order', () => {
    const [a, b] = [vector('a', 1, 2), vector('b', 3, -5)];
    const f = () => tf.sum(tf.mul(a.value, tf.square(b.value))) as Scalar;
    const { value, gradients } = valueAndGradients(f, [b, a]);
    expect(value.dataSync()[0]).toBe(9 + 2 * 25);
    expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([
      [6, -20],
      [9, 25],
    ]);
  });

  test('leaves the value and one gradient a variable', () => {
    const [a, b] = [vector('a', 1, 2), vector('b', 3, -5)];
    const before = tf.memory().numTensors;
    const { value, gradients } = valueAndGradients(() => tf.sum(tf.mul(a.value, tf.square(b.value))) as Scalar, [a, b]);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([value, ...gradients]);
  });

  test('refuses a variable that takes no part', () => {
    const [a, b] = [vector('a', 1), vector('b', 2)];
    expect(() => valueAndGradients(() => tf.sum(a.value) as Scalar, [a, b])).toThrow(/gradient/);
  });
});

describe('withoutLeaks', () => {
  test('returns what the function returns', () => {
    expect(withoutLeaks('clean', () => tf.tidy(() => tf.sum(tf.ones([3])).dataSync()[0]))).toBe(3);
  });

  test('names the label and the number of leaked tensors', () => {
    expect(() => withoutLeaks('forgetful', () => void [tf.ones([1]), tf.ones([2])])).toThrow(
      /forgetful leaks 2 tensor/,
    );
  });

  test('allows as many tensors as are returned, no more and no fewer', () => {
    const sum = withoutLeaks('one', () => tf.tidy(() => tf.sum(tf.ones([2]))), 1);
    expect(sum.dataSync()[0]).toBe(2);
    expect(() => withoutLeaks('two', () => [tf.ones([1]), tf.ones([1])], 1)).toThrow(/two leaks 1 tensor/);
    expect(() => withoutLeaks('none', () => undefined, 1)).toThrow(/none leaks -1 tensor/);
  });
});
