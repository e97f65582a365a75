import { runOp, type Tensor, tf } from './tensorflow.ts';

/** max(x, 0), with the gradient dy·[y > 0] as one operation. */
export function relu(x: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    const y = runOp('Relu', [input as Tensor], { T: { type: 'float32' } })[0]!;
    (save as (tensors: Tensor[]) => void)([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => runOp('ReluGrad', [dy, saved[0]!], { T: { type: 'float32' } })[0]!,
    };
  })(x);
}
