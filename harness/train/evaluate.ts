import type { Batch } from '../data/images/batches.ts';
import { crossEntropy } from '../engine/ops/cross-entropy.ts';
import { replaying } from '../engine/replay.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import type { Model } from '../nn/model.ts';
import { batchTensors } from './batch-tensors.ts';
import { correctCount } from './training-step.ts';

export interface Evaluation {
  /** Mean cross-entropy without label smoothing. */
  loss: number;
  accuracy: number;
}

/** Mean loss of a batch, and its number of correct answers. */
export interface BatchEvaluation {
  loss: number;
  correct: number;
}

/** An evaluation of one batch. */
export interface EvaluationStep {
  /** Replays the recorded graph. */
  run(batch: Batch): BatchEvaluation;
  /** The same operation by operation, to the bit: slower, but its operations can be looked at. */
  runEagerly(batch: Batch): BatchEvaluation;
  /** Frees the recorded graphs. */
  dispose(): void;
}

/** Evaluates batches of images of a shape [height, width, channels] as one graph of feeds and the model's variables. */
export function evaluationStep(model: Model, imageShape: readonly number[]): EvaluationStep {
  const compute = ({ images, labels }: { images: Tensor; labels: Tensor }) => {
    const logits = model.apply(images, { training: false });
    return { loss: crossEntropy(logits, labels, 0), correct: correctCount(logits, labels) };
  };
  const replay = replaying(compute, model.variables);
  const evaluating = (step: typeof compute) => (batch: Batch) =>
    tf.tidy(() => {
      const { loss, correct } = step(batchTensors(batch, imageShape));
      return { loss: loss.dataSync()[0]!, correct: correct.dataSync()[0]! };
    });
  return { run: evaluating(replay.run), runEagerly: evaluating(compute), dispose: replay.dispose };
}

/** Loss and accuracy over all batches. `onBatch` is awaited after each, so that the caller stays responsive. */
export async function evaluate(
  step: EvaluationStep,
  batches: Iterable<Batch>,
  onBatch: () => Promise<void>,
): Promise<Evaluation> {
  let [examples, loss, correct] = [0, 0, 0];
  for (const batch of batches) {
    const result = step.run(batch);
    examples += batch.size;
    loss += result.loss * batch.size;
    correct += result.correct;
    await onBatch();
  }
  return { loss: loss / examples, accuracy: correct / examples };
}
