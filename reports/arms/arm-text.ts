import { armLabelOf } from '../../harness/cell-name.ts';
import { spreadText } from '../render/metric-text.ts';
import type { ArmSummary } from './arm-summary.ts';

/** Arms in words. */

/** An arm's result: `93.59 % ± 0.21`, or BLEU's `34.12 ± 0.21`. */
export function resultText({ metric, value }: Pick<ArmSummary, 'metric' | 'value'>, sd = value.sd): string {
  return spreadText(metric, { mean: value.mean, sd });
}

/** `low-rank, spectral, frobenius-decay`: unique at one place and budget. */
export function seriesLabel(arm: ArmSummary): string {
  return armLabelOf(arm, ['budget']);
}

/** `3`, or `2 of 3` where a seed diverged or failed. */
export function seedsOf({ completed, records }: ArmSummary): string {
  return completed.length === records.length ? String(records.length) : `${completed.length} of ${records.length}`;
}
