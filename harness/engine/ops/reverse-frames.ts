import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';

const attributes: Attributes = {
  T: { type: 'float32' },
  Tlen: { type: 'int32' },
  seq_dim: { int: 0 },
  batch_dim: { int: 1 },
};

/**
 * Sequences with their first frames in reverse order, y[t, b] = x[n_b − 1 − t, b] for t < n_b; the frames behind stay.
 * Doing it again undoes it, and so the gradient of y is reversed alike.
 *
 * @param x [frames, batch, features]
 * @param lengths n [batch], int32, frames of each sequence
 */
export function reverseFrames(x: Tensor, lengths: Tensor): Tensor {
  return tf.customGrad((input, save) => {
    (save as (tensors: Tensor[]) => void)([lengths]);
    return {
      value: reversed(input as Tensor, lengths),
      gradFunc: (dy: Tensor, saved: Tensor[]) => reversed(dy, saved[0]!),
    };
  })(x);
}

function reversed(x: Tensor, lengths: Tensor): Tensor {
  return runOp('ReverseSequence', [x, lengths], attributes)[0]!;
}
