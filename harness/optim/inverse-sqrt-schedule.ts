/**
 * Learning rate of a step (counted from 0): η for the first `constantSteps` steps, then η·√(constantSteps/t), the
 * inverse square root of the steps taken, continuous where it sets in (Khodak et al. 2021: 0.25 for 4,000 steps).
 */
export function inverseSqrtRate(step: number, learningRate: number, constantSteps: number): number {
  return step <= constantSteps ? learningRate : learningRate * Math.sqrt(constantSteps / step);
}

/** η·(step + 1)/warm-up during the warm-up (Vaswani et al. 2017), and then the inverse square root's. */
export function warmedUpRate(
  step: number,
  schedule: { learningRate: number; warmupUpdates: number; constantUpdates: number },
): number {
  const { learningRate, warmupUpdates, constantUpdates } = schedule;
  if (step < warmupUpdates) return (learningRate * (step + 1)) / warmupUpdates;
  return inverseSqrtRate(step, learningRate, Math.max(warmupUpdates, constantUpdates));
}
