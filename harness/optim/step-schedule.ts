import type { TrainingSpec } from '../spec/image.ts';
import { powerOf } from '../tensor/root.ts';

/**
 * Learning rate of a step (counted from 0): `learningRate`·`decayFactor`^k after k of the `decayAt` fractions of all
 * steps have passed, and `firstEpochLearningRate` during the first epoch where one is given.
 */
export function learningRateAt(step: number, stepsPerEpoch: number, training: TrainingSpec): number {
  if (training.firstEpochLearningRate !== null && step < stepsPerEpoch) return training.firstEpochLearningRate;
  const steps = stepsPerEpoch * training.epochs;
  const passed = training.decayAt.filter((share) => step >= Math.round(share * steps)).length;
  return training.learningRate * powerOf(training.decayFactor, passed);
}
