import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { filledVariable, Variable, variableOf } from '../../harness/engine/variable.ts';
import '../helpers/engine.ts';

describe('Variable', () => {
  test('holds the numbers in their shape, with name, role and size', () => {
    const variable = variableOf('w', 'factor', Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    expect([variable.name, variable.role, variable.size]).toEqual(['w', 'factor', 6]);
    expect(variable.value.arraySync()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(filledVariable('f', 'statistic', [2, 1], 0.5).value.arraySync()).toEqual([[0.5], [0.5]]);
  });

  test('outlives the tidy that it is made in', () => {
    let variable: Variable | undefined;
    tf.tidy(() => {
      variable = new Variable('w', 'weight', tf.ones([2]));
    });
    expect([...variable!.value.dataSync()]).toEqual([1, 1]);
  });

  test('replaces its value, also in a tidy, and disposes the old one', () => {
    const variable = filledVariable('w', 'weight', [2], 1);
    const old = variable.value;
    const before = tf.memory().numTensors;
    tf.tidy(() => variable.assign(tf.mul(variable.value, 3)));
    expect([...variable.value.dataSync()]).toEqual([3, 3]);
    expect(old.isDisposed).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('refuses another shape, and stays as it is', () => {
    const variable = filledVariable('w', 'weight', [2, 3], 1);
    expect(() => variable.assign(tf.ones([3, 2]))).toThrow('Variable w: expected shape [2,3], got [3,2]');
    expect(() => variable.assign(tf.ones([6]))).toThrow(/expected shape/);
    expect(variable.value.arraySync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  test('refuses another type', () => {
    const variable = filledVariable('w', 'weight', [2], 1);
    expect(() => variable.assign(tf.ones([2], 'int32'))).toThrow('Variable w: expected type float32, got int32');
  });

  test('survives the assignment of its own value', () => {
    const variable = filledVariable('w', 'weight', [1], 4);
    variable.assign(variable.value);
    expect([...variable.value.dataSync()]).toEqual([4]);
  });

  test('disposes its value', () => {
    const before = tf.memory().numTensors;
    filledVariable('w', 'weight', [1], 4).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
