import { execa } from 'execa';
import { expect, test } from 'vitest';
import { engineInfo, loadEngine, runOp, tf } from '../../harness/engine/tensorflow.ts';
import '../helpers/engine.ts';

test('loadEngine is repeatable with the same options and refuses others', () => {
  loadEngine({ threads: 1, device: 'cpu' });
  expect(() => loadEngine({ threads: 2, device: 'cpu' })).toThrow(
    'loadEngine: already running with 1 thread(s) on the cpu, asked for 2 thread(s) on the cpu; use a new process',
  );
  expect(() => loadEngine({ threads: 1, device: 'gpu' })).toThrow(/asked for 1 thread\(s\) on the gpu/);
});

test('loadEngine sets threads, determinism and devices before TensorFlow starts', () => {
  expect(process.env).toMatchObject({
    TF_NUM_INTRAOP_THREADS: '1',
    TF_NUM_INTEROP_THREADS: '1',
    TF_DETERMINISTIC_OPS: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    CUDA_VISIBLE_DEVICES: '-1',
  });
});

test('loadEngine asked for a GPU where there is none says so, and does not fall back to the CPU', async () => {
  const script = `
    const { loadEngine } = await import('${new URL('../../build/harness/engine/tensorflow.js', import.meta.url).href}');
    try { loadEngine({ threads: 1, device: 'gpu' }); } catch (error) { console.log(error.name, error.message); }`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    env: { CUDA_VISIBLE_DEVICES: '-1' },
  });
  expect(stdout).toMatch(/^UsageError --device gpu: TensorFlow finds no GPU/m);
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
