import { timeTask } from '../measure/speed.ts';
import { tensorPeakBytes } from '../measure/tensor-peak.ts';
import type { Speeds } from './task.ts';

/** What is timed, and how many examples a call of it takes. */
interface Timed<Once> {
  examples: number;
  once: Once;
  /** Calls after the warm-up. */
  timed?: number;
}

/**
 * Speeds and tensor memory of a training step and of an evaluation, each on one batch that is drawn before.
 *
 * @param step the step as replayed, which is timed, and eagerly, in which tfjs sees all tensors
 */
export async function stepSpeeds<Run>(
  step: { run: Run; runEagerly: Run },
  train: Timed<(run: Run) => void>,
  evaluated: Timed<() => void>,
): Promise<Speeds> {
  const tensorPeak = await tensorPeakBytes(() => train.once(step.runEagerly));
  const trainMs = (await timeTask(() => train.once(step.run), { warmup: 1, timed: train.timed ?? 7 })).median;
  const evaluationMs = (await timeTask(evaluated.once, { warmup: 1, timed: evaluated.timed ?? 5 })).median;
  return {
    train_examples_per_second: (1000 * train.examples) / trainMs,
    eval_examples_per_second: (1000 * evaluated.examples) / evaluationMs,
    step_ms: trainMs,
    tensor_peak_bytes: tensorPeak,
  };
}
