import { exceeds } from '../../baselines/lanes/quality.ts';
import { changeText, counted, valueText } from '../../baselines/wording.ts';
import { UsageError } from '../../harness/errors.ts';
import { gainOf } from '../../harness/spec/metrics.ts';
import { directionWord } from '../render/metric-text.ts';
import type { ComparedArm, Comparison } from './compare-runs.ts';

/**
 * What of a run is worse than the one before, a sentence each: arms whose estimated difference is worse by more than
 * the threshold (its interval is not asked), completed seeds that then diverged or failed, and arms that are lost.
 *
 * @param threshold in the metric's unit: 0.01 of accuracy is one point
 * @throws UsageError where arms have different metrics, which no one threshold fits
 */
export function worseArms(comparisons: readonly Comparison[], threshold: number): string[] {
  const metrics = [...new Set(comparisons.flatMap(({ arms }) => arms.map(({ metric }) => metric)))];
  if (metrics.length > 1) {
    throw new UsageError(
      `--fail-below ${threshold}: the arms have different metrics (${metrics.join(', ')}), and one threshold cannot ` +
        'fit all; choose the arms of one with --only.',
    );
  }
  return comparisons.flatMap(({ arms, uncompared }) => [
    ...arms.flatMap((arm) => [...dropOf(arm, threshold), ...lossOf(arm)]),
    ...uncompared.filter(({ isLost }) => isLost).map(({ arm, reason }) => `${arm}: cannot be judged, ${reason}`),
  ]);
}

function dropOf({ arm, metric, before, after, difference }: ComparedArm, threshold: number): string[] {
  const gain = gainOf(metric, difference);
  if (!exceeds(-gain, threshold)) return [];
  const values = `${valueText(metric, before.mean)} before, ${valueText(metric, after.mean)} after`;
  return [`${arm}: ${metric} ${values}, ${changeText(metric, difference)}${directionWord(metric, gain)}`];
}

/** A seed without a value is no part of a mean, and must not hide behind it. */
function lossOf({ arm, before, after }: ComparedArm): string[] {
  const completed = [...before.seeds, ...before.leftOut];
  const lost = after.lost.filter((seed) => completed.includes(seed));
  return lost.length === 0 ? [] : [`${arm}: ${counted(lost.length, 'completed seed')} lost: ${lost.join(', ')}`];
}
