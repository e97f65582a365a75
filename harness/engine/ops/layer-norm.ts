import { matMul } from '../algebra/mat-mul.ts';
import { type Tensor, tf } from '../tensorflow.ts';
import { sumOfRows } from './bias-add.ts';
import { inverseRoot } from './inverse-root.ts';

/** ε of PyTorch's layer normalization. */
const epsilon = 1e-5;

/**
 * Layer normalization (Ba et al. 2016): y = scale∘x̂ + offset, x̂ = (x − μ)·ρ, ρ = 1/√(σ² + ε), with the mean μ and the
 * biased variance σ² of each row.
 *
 * Gradient, with g = ∂y∘scale and means over a row: ∂x = ρ·(g − mean(g) − x̂·mean(g∘x̂)), ∂scale = Σ ∂y∘x̂ and
 * ∂offset = Σ ∂y over the rows.
 *
 * @param x [rows, features]
 * @param scale [features]
 * @param offset [features]
 */
export function layerNorm(x: Tensor, scale: Tensor, offset: Tensor): Tensor {
  return tf.customGrad((input, gain, shift, save) => {
    const centred = tf.sub(input as Tensor, tf.mean(input as Tensor, 1, true));
    const inverse = inverseRoot(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normalized = tf.mul(centred, inverse);
    (save as (tensors: Tensor[]) => void)([normalized, inverse, gain as Tensor]);
    return {
      value: tf.add(tf.mul(normalized, gain as Tensor), shift as Tensor),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy, saved[0]!, saved[1]!, saved[2]!),
    };
  })(x, scale, offset);
}

function gradients(dy: Tensor, normalized: Tensor, inverse: Tensor, scale: Tensor): Tensor[] {
  const [rows, features] = dy.shape as [number, number];
  const product = tf.mul(dy, normalized);
  // A mean weighted with the scale is a product with a column: mean(g) and mean(g∘x̂) without g itself.
  // Multiplied, because a graph turns a division by a constant into this, which rounds otherwise.
  const column = tf.reshape(tf.mul(scale, 1 / features), [features, 1]);
  const mean = matMul(dy, column);
  const projection = tf.mul(normalized, matMul(product, column));
  const forX = tf.mul(tf.sub(tf.sub(tf.mul(dy, scale), mean), projection), inverse);
  const forScale = tf.reshape(matMul(tf.fill([1, rows], 1), product), [features]);
  return [forX, forScale, sumOfRows(dy)];
}
