import { type Attributes, runOp, type Scalar, type Tensor, tf } from '../tensorflow.ts';
import { softmax } from './softmax.ts';

/**
 * Mean softmax cross-entropy −Σ_c q_c log p_c over the batch, p = softmax(logits), with label smoothing ε (Szegedy et
 * al. 2016): q_c = (1 − ε)·[c = label] + ε/classes. The fused operation gives loss and gradient p − q at once.
 *
 * @param logits [batch, classes]
 * @param labels [batch], int32, of 0 to classes − 1; with label smoothing others are not noticed
 */
export function crossEntropy(logits: Tensor, labels: Tensor, smoothing: number): Scalar {
  return tf.tidy(() => tf.mean(exampleLosses(logits, labels, smoothing)) as Scalar);
}

/**
 * The derivative of the mean cross-entropy along a direction ṡ of the logits s, mean over the batch of Σ_c (p_c −
 * q_c)·ṡ_c. Gradients are for the logits and for the direction.
 *
 * @param tangent ṡ [batch, classes]
 */
export function crossEntropyTangent(logits: Tensor, tangent: Tensor, labels: Tensor, smoothing: number): Scalar {
  return tf.tidy(() => {
    const slopes = tf.sub(softmax(logits), smoothedTargets(labels, logits.shape[1]!, smoothing));
    return tf.div(tf.sum(tf.mul(slopes, tangent)), logits.shape[0]!) as Scalar;
  });
}

/** The loss of each example, [batch]. */
function exampleLosses(logits: Tensor, labels: Tensor, smoothing: number): Tensor {
  return tf.customGrad((input, save) => {
    const [loss, gradient] =
      smoothing === 0 ? sparse(input as Tensor, labels) : smoothed(input as Tensor, labels, smoothing);
    (save as (tensors: Tensor[]) => void)([gradient!]);
    return { value: loss!, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(dy, 1), saved[0]!) };
  })(logits);
}

function sparse(logits: Tensor, labels: Tensor): Tensor[] {
  const attributes: Attributes = { T: { type: 'float32' }, Tlabels: { type: 'int32' } };
  return runOp('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], attributes, 2);
}

function smoothed(logits: Tensor, labels: Tensor, smoothing: number): Tensor[] {
  const targets = smoothedTargets(labels, logits.shape[1]!, smoothing);
  return runOp('SoftmaxCrossEntropyWithLogits', [logits, targets], { T: { type: 'float32' } }, 2);
}

/** q [batch, classes] in one operation: 1 − ε + ε/classes at the label, ε/classes elsewhere. */
function smoothedTargets(labels: Tensor, classes: number, smoothing: number): Tensor {
  const elsewhere = smoothing / classes;
  const inputs = [labels, tf.scalar(classes, 'int32'), tf.scalar(1 - smoothing + elsewhere), tf.scalar(elsewhere)];
  return runOp('OneHot', inputs, { T: { type: 'float32' }, TI: { type: 'int32' }, axis: { int: -1 } })[0]!;
}
