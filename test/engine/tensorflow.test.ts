import { expect, test } from 'vitest';
import { engineInfo, loadEngine, runOp, tf } from '../../harness/engine/tensorflow.ts';
import '../helpers/engine.ts';

test('loadEngine is repeatable with the same threads and refuses others', () => {
  loadEngine({ threads: 1 });
  expect(() => loadEngine({ threads: 2 })).toThrow(
    'loadEngine: already running with 1 thread(s), asked for 2; use a new process',
  );
  expect(process.env.TF_NUM_INTRAOP_THREADS).toBe('1');
  expect(process.env.TF_DETERMINISTIC_OPS).toBe('1');
});

test('engineInfo tells package, library and device', () => {
  const info = engineInfo();
  expect(info.package).toMatch(/^tfjs-node-gpu \d+\.\d+\.\d+$/);
  expect(info.tensorflow).toMatch(/^\d+\.\d+\.\d+/);
  expect(['cpu', 'gpu']).toContain(info.device);
});

test('runOp runs an operation by name with every kind of attribute', () => {
  const [product] = runOp('MatMul', [tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4]])], {
    T: { type: 'float32' },
    transpose_a: { bool: false },
    transpose_b: { bool: true },
  });
  expect(product!.arraySync()).toEqual([[11]]);
});

test('runOp fails with the name of an operation that does not exist', () => {
  expect(() => runOp('NoSuchOperation', [tf.ones([1])], {})).toThrow(/NoSuchOperation/);
});
