import { product } from '../algebra/mat-mul.ts';
import { type Attributes, runOp, type Scalar, type Tensor, tf } from '../tensorflow.ts';
import { softmaxValue } from './softmax.ts';

/** A linear layer's weight: W [features, classes], or Wᵀ where `transposed`. */
export interface LinearWeight {
  matrix: Tensor;
  transposed: boolean;
}

export interface LinearCrossEntropy {
  loss: Scalar;
  /**
   * Examples whose label has the largest logit, those of weight 0 left out; none where all logits are equal, as in a
   * network that has collapsed. It outlives tidies: the caller disposes of it.
   */
  correct: Scalar;
}

/**
 * Softmax cross-entropy of a linear layer's logits z = x·W + b over many classes, with label smoothing ε (Szegedy et
 * al. 2016), as the weighted mean Σ_i w_i·loss_i / Σ_i w_i.
 *
 * With logits of a vocabulary's size, what costs is to walk over the [batch, classes] matrix. With p = softmax(z),
 * q = (1 − ε)·onehot + ε/classes and lse = log Σ exp z = max z − log max p:
 * - loss_i = lse − (1 − ε)·z_label − ε·mean(z), where mean(z) = x·mean(W) + mean(b) needs no logits;
 * - ∂z = t∘(p − q), t_i = w_i/Σw, is never made: t scales x and the results of the products instead of the logits,
 *   and the constant ε/classes of q is a rank-one term of ∂W = (t∘x)ᵀ·(p − q) and ∂x = t∘((p − q)·Wᵀ).
 * So the matrix is written twice (z and p) and read by softmax, two maxima and three products.
 *
 * @param x [batch, features]
 * @param b [classes]
 * @param labels [batch], int32, of 0 to classes − 1
 * @param weights [batch], not all zero: 1 for tokens and 0 for padding; null: all 1
 */
export function linearCrossEntropy(
  x: Tensor,
  { matrix: w, transposed }: LinearWeight,
  b: Tensor,
  labels: Tensor,
  weights: Tensor | null,
  smoothing: number,
): LinearCrossEntropy {
  return tf.tidy(() => {
    const batch = x.shape[0]!;
    const shares = weights === null ? tf.fill([batch, 1], 1 / batch) : column(tf.div(weights, tf.sum(weights)));
    const places = tf.stack([tf.range(0, batch, 1, 'int32'), labels], 1);
    let correct: Scalar | undefined;
    const loss = tf.customGrad((input, weight, bias, save) => {
      const [features, matrix, offset] = [input, weight, bias] as [Tensor, Tensor, Tensor];
      const z = runOp('BiasAdd', [product(features, matrix, false, transposed), offset], biasAttributes)[0]!;
      const largest = rowMaxima(z);
      const atLabel = valuesAt(z, places);
      const p = softmaxValue(z);
      const likeliest = rowMaxima(p);
      const logSum = tf.sub(largest, tf.log(likeliest));
      const meanWeight = column(tf.mean(matrix, transposed ? 0 : 1));
      const mean = tf.add(product(features, meanWeight, false, false), tf.mean(offset));
      const targets = tf.add(tf.mul(column(atLabel), 1 - smoothing), tf.mul(mean, smoothing));
      const decided = tf.greater(likeliest, (1 + 1e-5) / p.shape[1]!);
      const right = tf.cast(tf.logicalAnd(tf.equal(atLabel, largest), decided), 'float32');
      correct = tf.keep(tf.sum(weights === null ? right : tf.mul(right, tf.cast(tf.greater(weights, 0), 'float32'))));
      (save as (tensors: Tensor[]) => void)([features, matrix, p, shares, places, meanWeight]);
      return {
        value: tf.sum(tf.mul(tf.sub(column(logSum), targets), shares)),
        gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy, saved, smoothing, transposed),
      };
    })(x, w, b) as Scalar;
    return { loss, correct: correct! };
  });
}

function gradients(dy: Tensor, saved: Tensor[], smoothing: number, transposed: boolean): Tensor[] {
  const [x, w, p, shares, places, meanWeight] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const scale = tf.mul(shares, dy);
  const updates = tf.fill([places.shape[0]!], 1 - smoothing);
  const pMinusLabels = runOp('TensorScatterSub', [p, places, updates], {
    T: { type: 'float32' },
    Tindices: { type: 'int32' },
  })[0]!;
  const scaled = tf.mul(x, scale);
  const classes = p.shape[1]!;
  const constant = smoothing / classes;
  const forX = tf.sub(product(pMinusLabels, w, false, !transposed), tf.mul(tf.reshape(meanWeight, [1, -1]), smoothing));
  const rankOne = tf.mul(tf.sum(scaled, 0), constant);
  const forW = transposed
    ? tf.sub(product(pMinusLabels, scaled, true, false), rankOne)
    : tf.sub(product(scaled, pMinusLabels, true, false), column(rankOne));
  const forB = tf.sub(product(scale, pMinusLabels, true, false), tf.mul(tf.sum(scale), constant));
  return [tf.mul(forX, scale), forW, tf.reshape(forB, [classes])];
}

const biasAttributes: Attributes = { T: { type: 'float32' }, data_format: { string: 'NHWC' } };

/** [batch, classes] to the largest of each row, [batch]. */
function rowMaxima(x: Tensor): Tensor {
  return tf.max(x, 1);
}

/** The values at (row, column) pairs [n, 2]. */
function valuesAt(x: Tensor, places: Tensor): Tensor {
  return runOp('GatherNd', [x, places], { Tparams: { type: 'float32' }, Tindices: { type: 'int32' } })[0]!;
}

function column(x: Tensor): Tensor {
  return tf.reshape(x, [x.size, 1]);
}
