import { type Tensor, tf } from '../engine/tensorflow.ts';

/** Rows and columns of the matrices, whose product takes some milliseconds of one core. */
const size = 512;
/** Numbers of the long tensors, 4 MB each, which lie in no core's own cache. */
const length = 2 ** 20;

/** A computation to hold the machine's speed against. */
export interface FixedKernel {
  run(): void;
  dispose(): void;
}

/**
 * What training does for the most part, in TensorFlow's own operations: a product of matrices, and a sum of tensors that
 * come from memory. It calls none of the product's layers, steps or loops, and its work never changes, so that the
 * machine and the library alone decide its time. Of what was tried it follows the machine's state best: plain JavaScript
 * uses neither the processor's vector units nor the GPU, and varied twice as much against a training step.
 */
export function fixedKernel(): FixedKernel {
  const [a, b] = [filled([size, size]), filled([size, size])];
  const [x, y] = [filled([length]), filled([length])];
  return {
    // A single number is read, so that the call ends when all is computed.
    run: () =>
      tf.tidy(() => {
        const sums = [tf.matMul(a, b), tf.add(x, y)].map((result) => tf.slice(result.flatten(), 0, 1));
        tf.addN(sums).dataSync();
      }),
    dispose: () => tf.dispose([a, b, x, y]),
  };
}

/** Bounded numbers that are not all alike. */
function filled(shape: number[]): Tensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5),
    shape,
  );
}
