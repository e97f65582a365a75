import { describe, expect, test } from 'vitest';
import { profileOperations } from '../../harness/engine/op-profile.ts';
import { nodeBackend, tf } from '../../harness/engine/tensorflow.ts';
import '../helpers/engine.ts';

const made = () => tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);

describe('profileOperations', () => {
  test('notes each operation in order, with the shapes of inputs and outputs', () => {
    // One tensor made by an operation before, one whose values are not yet uploaded, one made on the way.
    const [computed, values] = [tf.keep(tf.add(made(), 1)), tf.keep(made())];
    const { calls } = profileOperations(() => tf.tidy(() => void tf.sum(tf.mul(computed, tf.relu(values)), 1)));
    expect(calls.map(({ op, inputShapes, outputShapes }) => ({ op, inputShapes, outputShapes }))).toEqual([
      { op: 'Relu', inputShapes: [[2, 3]], outputShapes: [[2, 3]] },
      {
        op: 'Mul',
        inputShapes: [
          [2, 3],
          [2, 3],
        ],
        outputShapes: [[2, 3]],
      },
      { op: 'Sum', inputShapes: [[2, 3], [1]], outputShapes: [[2]] },
    ]);
    tf.dispose([computed, values]);
  });

  test('gives times that add up to no more than the whole, the longest for the largest operation', () => {
    const a = tf.keep(tf.randomNormal([400, 400], 0, 1, 'float32', 7));
    const profiles = Array.from({ length: 5 }, () =>
      profileOperations(() => tf.tidy(() => void tf.add(tf.matMul(a, a), 1))),
    );
    for (const { calls, milliseconds } of profiles) {
      expect(calls.every((call) => call.milliseconds > 0)).toBe(true);
      expect(calls.reduce((sum, call) => sum + call.milliseconds, 0)).toBeLessThanOrEqual(milliseconds);
    }
    const shortest = (op: string) =>
      Math.min(...profiles.map(({ calls }) => calls.find((call) => call.op === op)!.milliseconds));
    // 128 million operations against 0.16 million.
    expect(shortest('BatchMatMulV2')).toBeGreaterThan(shortest('Add'));
    a.dispose();
  });

  test('does not change what is computed', () => {
    const compute = () => tf.tidy(() => [...tf.softmax(tf.mul(made(), 0.37)).dataSync()]);
    let profiled: number[] = [];
    profileOperations(() => {
      profiled = compute();
    });
    expect(profiled).toEqual(compute());
  });

  test.each([
    ['ends', () => {}],
    [
      'throws',
      () => {
        throw new Error('broken step');
      },
    ],
  ])('leaves the backend as it was when the function %s', (_how, run) => {
    const backend = nodeBackend();
    const { binding, getInputTensorIds } = backend;
    try {
      profileOperations(run);
    } catch (error) {
      expect(error).toEqual(new Error('broken step'));
    }
    expect(backend.binding).toBe(binding);
    expect(backend.getInputTensorIds).toBe(getInputTensorIds);
  });

  test('passes the function’s error on', () => {
    const failing = () => {
      throw new Error('broken step');
    };
    expect(() => profileOperations(failing)).toThrow('broken step');
  });

  test('refuses a GPU, where calls return early', () => {
    const backend = nodeBackend();
    backend.isUsingGpuDevice = true;
    try {
      expect(() => profileOperations(() => {})).toThrow(/GPU.*profile on the CPU/);
    } finally {
      backend.isUsingGpuDevice = false;
    }
  });
});
