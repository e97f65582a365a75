import type { TrainingSpec } from '../harness/spec/image.ts';
import type { SequenceTrainingSpec } from '../harness/spec/translation.ts';

/**
 * Decay λ for a shortened schedule. What decay does to a weight over a training is exp(−λ·Ση_t / (1 − μ)), so λ grows
 * as the sum of the learning rates over the steps shrinks: λ·Ση_t stays at the published schedule's. Two significant
 * digits.
 */
export function matchedDecay(
  shortened: { training: Omit<TrainingSpec, 'decay'>; examples: number },
  published: { training: TrainingSpec; examples: number },
): number {
  const publishedSum = learningRateSum(published.training, published.examples);
  return matched(published.training.decay, publishedSum, learningRateSum(shortened.training, shortened.examples));
}

function matched(publishedDecay: number, publishedSum: number, sum: number): number {
  return Number(((publishedDecay * publishedSum) / sum).toPrecision(2));
}

/** Ση_t of a step schedule over a training. */
function learningRateSum(training: Omit<TrainingSpec, 'decay'>, examples: number): number {
  const steps = Math.ceil(examples / training.batchSize) * training.epochs;
  const ends = [...training.decayAt, 1];
  return ends.reduce((sum, end, index) => {
    const share = end - (index === 0 ? 0 : ends[index - 1]!);
    return sum + steps * share * training.learningRate * training.decayFactor ** index;
  }, 0);
}

/**
 * λ for a sequence training of so many updates, in the same way: λ·Ση_t, which decoupled decay shrinks a weight by,
 * stays at the published schedule's.
 */
export function matchedSequenceDecay(
  shortened: { training: Omit<SequenceTrainingSpec, 'decay'>; updates: number },
  published: { training: SequenceTrainingSpec; updates: number },
): number {
  const publishedSum = sequenceRateSum(published.training, published.updates);
  return matched(published.training.decay, publishedSum, sequenceRateSum(shortened.training, shortened.updates));
}

/** Ση_t: in equal steps to η, constant, and then η·√(c/t). */
function sequenceRateSum(training: Omit<SequenceTrainingSpec, 'decay'>, updates: number): number {
  const { learningRate, warmupUpdates, constantUpdates } = training;
  const constant = Math.max(warmupUpdates, constantUpdates);
  let sum = 0;
  for (let update = 0; update < updates; update++) {
    if (update < warmupUpdates) sum += (learningRate * (update + 1)) / warmupUpdates;
    else sum += learningRate * Math.sqrt(constant / Math.max(constant, update));
  }
  return sum;
}
