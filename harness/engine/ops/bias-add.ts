import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';

const attributes: Attributes = { T: { type: 'float32' }, data_format: { string: 'NHWC' } };

/**
 * x + bias for every row, with the rows' sum as the bias's gradient: one operation each way.
 *
 * @param x [..., features]
 * @param bias [features]
 */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return tf.customGrad((input, added) => ({
    value: runOp('BiasAdd', [input as Tensor, added as Tensor], attributes)[0]!,
    gradFunc: (dy: Tensor) => [tf.clone(dy), sumOfRows(dy)],
  }))(x, bias);
}

/** Σ over the rows of [..., features], by the operation for the gradient of a bias. */
export function sumOfRows(x: Tensor): Tensor {
  return runOp('BiasAddGrad', [x], attributes)[0]!;
}
