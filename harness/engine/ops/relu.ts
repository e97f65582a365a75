import { runOp, type Tensor, tf } from '../tensorflow.ts';

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

/**
 * The derivative of max(x, 0) along ẋ: ẋ·[y > 0], of y = max(x, 0). Gradients are for ẋ; that for y is zero wherever it
 * exists.
 */
export function reluTangent(y: Tensor, tangent: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    (save as (tensors: Tensor[]) => void)([y]);
    const gate = (value: Tensor, sign: Tensor) => runOp('ReluGrad', [value, sign], { T: { type: 'float32' } })[0]!;
    return { value: gate(input as Tensor, y), gradFunc: (dy: Tensor, saved: Tensor[]) => gate(dy, saved[0]!) };
  })(tangent);
}
