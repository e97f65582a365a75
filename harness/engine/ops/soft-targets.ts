import { type Attributes, runOp, type Scalar, type Tensor, tf } from '../tensorflow.ts';
import { softmaxValue } from './softmax.ts';

/**
 * The loss of soft targets (Hinton, Vinyals and Dean 2015, section 2): the mean over the batch of T²·KL(p ‖ q) with
 * p = softmax(t/T) of a teacher's logits t and q = softmax(s/T) of the student's s. The factor T² keeps the size of the
 * gradients, T·(q − p) each example, about the same at every temperature T. It differs from the published cross-entropy
 * of soft targets by T² times the entropy of p, which no student changes. Gradients are for the student's logits alone.
 *
 * @param logits s [batch, classes]
 * @param teacher t [batch, classes]
 * @param temperature T > 0
 * @returns nats, 0 where the student gives the teacher's probabilities
 */
export function softTargetLoss(logits: Tensor, teacher: Tensor, temperature: number): Scalar {
  return tf.tidy(() => {
    const cooled = tf.div(teacher, temperature);
    const targets = softmaxValue(cooled);
    const [entropy] = softCrossEntropy(cooled, targets);
    const losses = tf.customGrad((input, save) => {
      const [loss, slope] = softCrossEntropy(tf.div(input as Tensor, temperature), targets);
      (save as (tensors: Tensor[]) => void)([slope!]);
      return {
        value: tf.mul(tf.sub(loss!, entropy!), temperature ** 2),
        gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(dy, 1), tf.mul(saved[0]!, temperature)),
      };
    })(logits);
    return tf.mean(losses) as Scalar;
  });
}

/** −Σ_c p_c log q_c of each example, [batch], with q of the logits; and its gradient q − p for these. */
function softCrossEntropy(logits: Tensor, targets: Tensor): Tensor[] {
  const attributes: Attributes = { T: { type: 'float32' } };
  return runOp('SoftmaxCrossEntropyWithLogits', [logits, targets], attributes, 2);
}
