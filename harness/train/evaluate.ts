import type { Batch } from '../data/batches.ts';
import { crossEntropy } from '../engine/cross-entropy.ts';
import { tf } from '../engine/tensorflow.ts';
import type { Model } from '../nn/resnet.ts';
import { batchTensors } from './batch-tensors.ts';
import { correctCount } from './training-step.ts';

export interface Evaluation {
  /** Mean cross-entropy without label smoothing. */
  loss: number;
  accuracy: number;
}

/** Loss and accuracy over all batches. `onBatch` is awaited after each, so that the caller stays responsive. */
export async function evaluate(
  model: Model,
  batches: Iterable<Batch>,
  imageShape: readonly number[],
  onBatch: () => Promise<void>,
): Promise<Evaluation> {
  let [examples, loss, correct] = [0, 0, 0];
  for (const batch of batches) {
    const result = evaluateBatch(model, batch, imageShape);
    examples += batch.size;
    loss += result.loss * batch.size;
    correct += result.correct;
    await onBatch();
  }
  return { loss: loss / examples, accuracy: correct / examples };
}

/** Mean loss and number of correct answers of one batch. */
export function evaluateBatch(
  model: Model,
  batch: Batch,
  imageShape: readonly number[],
): { loss: number; correct: number } {
  return tf.tidy(() => {
    const { images, labels } = batchTensors(batch, imageShape);
    const logits = model.apply(images, { training: false });
    const loss = crossEntropy(logits, labels, 0).dataSync()[0]!;
    return { loss, correct: correctCount(logits, labels).dataSync()[0]! };
  });
}
