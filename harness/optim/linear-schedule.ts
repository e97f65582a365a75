/**
 * Learning rate of a step (counted from 0): η·(step + 1)/warm-up during the warm-up, and then falling linearly, to zero
 * behind the last of the steps (Devlin et al. 2019).
 */
export function linearRate(
  step: number,
  { learningRate, warmup, steps }: { learningRate: number; warmup: number; steps: number },
): number {
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  return (learningRate * (steps - step)) / (steps - Math.min(warmup, steps - 1));
}
