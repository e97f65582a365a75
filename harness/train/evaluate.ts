import { withoutLeaks } from '../engine/gradients.ts';
import { tf } from '../engine/tensorflow.ts';
import type { Feeds, Step, StepResult } from './step.ts';

/** What a step gave for a batch, or several: means over what counts. */
export interface Evaluation {
  loss: number;
  accuracy: number;
}

/** Runs a step for its numbers; `run` makes the tensors that it feeds. */
export function readStep(label: string, run: () => StepResult): Record<keyof StepResult, number> {
  return withoutLeaks(label, () =>
    tf.tidy(() => {
      const { loss, correct, count } = run();
      return { loss: loss.dataSync()[0]!, correct: correct.dataSync()[0]!, count: count.dataSync()[0]! };
    }),
  );
}

/** Adds up what steps give as means over their batches. */
export function stepMean(): { add(result: Record<keyof StepResult, number>): void; value(): Evaluation } {
  let [total, loss, right] = [0, 0, 0];
  return {
    add(result) {
      total += result.count;
      loss += result.loss * result.count;
      right += result.correct;
    },
    value: () => ({ loss: loss / total, accuracy: right / total }),
  };
}

/**
 * Loss and accuracy over all batches.
 *
 * @param feedsOf the tensors of a batch
 * @param onBatch awaited after each, so that the caller stays responsive
 */
export async function evaluate<B, F extends Feeds>(
  step: Step<F>,
  batches: Iterable<B>,
  feedsOf: (batch: B) => F,
  onBatch: () => Promise<void>,
): Promise<Evaluation> {
  const mean = stepMean();
  for (const batch of batches) {
    mean.add(readStep('evaluation step', () => step.run(feedsOf(batch))));
    await onBatch();
  }
  return mean.value();
}
