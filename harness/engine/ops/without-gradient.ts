import { type Tensor, tf } from '../tensorflow.ts';

/** f(inputs) as one operation whose gradients are zero: what f does on the way is not differentiated. */
export function withoutGradient(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor {
  // The inputs themselves may be gone when gradients are taken.
  const shapes = inputs.map(({ shape }) => shape);
  return tf.customGrad((...given) => ({
    value: f(...(given.slice(0, inputs.length) as Tensor[])),
    gradFunc: () => shapes.map((shape) => tf.zeros(shape)),
  }))(...inputs);
}

/** x, with a gradient of zero. */
export function stopGradient(x: Tensor): Tensor {
  return withoutGradient((same) => tf.clone(same), [x]);
}
