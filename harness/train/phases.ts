import { tf } from '../engine/tensorflow.ts';
import type { TrainingSpec } from '../spec/spec.ts';
import { type StepEvent, type TrainerOptions, type TrainingOutcome, train } from './trainer.ts';

/** One training of a cell, on a schedule of its own. A cell has one, or several one after another. */
export interface Phase {
  /** A word or two for people: `train`, `fine-tune`, `round 2`. */
  label: string;
  /** The cell's training with other epochs and learning rates; everything else is the cell's. */
  training: TrainingSpec;
}

export interface PhasedOptions extends Omit<TrainerOptions, 'training' | 'epochsBefore' | 'onStart' | 'afterStep'> {
  phases: readonly Phase[];
  /** Called before each phase's first step, when momentum is zero. */
  beforePhase?(phase: number): void | Promise<void>;
  afterStep?(event: StepEvent & { phase: number }): void;
}

export function totalEpochs(phases: readonly Phase[]): number {
  return phases.reduce((sum, { training }) => sum + training.epochs, 0);
}

/**
 * The trainings one after another, each from zero momentum and at the start of its own schedule. Epochs are counted
 * through, and each has a data order of its own. What is done follows from the length of the curve.
 */
export async function trainPhases(options: PhasedOptions): Promise<TrainingOutcome> {
  const { phases, step, data, afterStep } = options;
  const stepsOf = ({ training }: Phase) => Math.ceil(data.train.count / training.batchSize) * training.epochs;
  const steps = phases.reduce((sum, phase) => sum + stepsOf(phase), 0);
  let outcome: TrainingOutcome = { curve: [...options.curve], diverged: false };
  let [epochsBefore, stepsBefore] = [0, 0];
  for (const [index, phase] of phases.entries()) {
    const [epochsDone, stepsDone] = [epochsBefore, stepsBefore];
    epochsBefore += phase.training.epochs;
    stepsBefore += stepsOf(phase);
    if (outcome.curve.length >= epochsBefore) continue;
    outcome = await train({
      ...options,
      training: phase.training,
      curve: outcome.curve,
      epochsBefore: epochsDone,
      onStart: () => {
        if (index > 0) for (const slot of step.momenta.values()) slot.assign(tf.zerosLike(slot.value));
        return options.beforePhase?.(index);
      },
      ...(afterStep === undefined ? {} : { afterStep: (event) => afterStep({ ...event, phase: index }) }),
      onProgress: (progress) => options.onProgress({ ...progress, step: stepsDone + progress.step, steps }),
    });
    if (outcome.diverged) break;
  }
  return outcome;
}
