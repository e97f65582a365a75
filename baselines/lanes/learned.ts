import { metricOf } from '../../harness/spec/metrics.ts';

/**
 * The value that shows that a network learned: half of the way from the metric's worst possible value to what was
 * accepted, so 12.5 % of an accuracy of 25 %, which is above chance for ten classes, and 40 of a BLEU of 80. Null: the
 * metric has no worst value.
 */
export function learnedBound(metric: string, accepted: number): number | null {
  const { better, least, most } = metricOf(metric);
  const worst = better === 'higher' ? least : most;
  return worst === null ? null : (worst + accepted) / 2;
}

/** Whether a profile's trainings are too short to ask for more than that they learn: a few seeds spread too much. */
export function asksOnlyLearning(profile: string): boolean {
  return profile === 'smoke';
}
