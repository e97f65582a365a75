import {
  type AttentionDetails,
  isGaussianAttention,
  type SortName,
  type SortResult,
} from '../../../harness/spec/gaussian-attention.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { notMeasured } from '../../render/format.ts';
import type { Estimate } from '../estimates.ts';

/** What records of this kind hold of each sort of questions. */

/** A score of a sort of questions. */
export type ScoreName = 'hits_at_1' | 'mean_rank' | 'mean_reciprocal_rank';

/** The results of the completed seeds, by seed; none where the questions are not asked in that manner. */
export function resultsOf(
  { completed }: Pick<ArmSummary, 'completed'>,
  sort: SortName,
  manner: 'symbols' | 'words' = 'symbols',
): Map<number, SortResult> {
  return new Map(
    completed.flatMap(({ config, details, seed }): [number, SortResult][] => {
      if (!isGaussianAttention(config)) return [];
      // A record's details have been checked against its kind's schema.
      const bySort = (details as AttentionDetails)?.[manner];
      return bySort == null ? [] : [[seed, bySort[sort]]];
    }),
  );
}

/** `99.9 ± 0.2`, of hits@1 in per cent. */
export function estimateText(estimate: Estimate | null, score: ScoreName): string {
  if (estimate === null) return notMeasured;
  const shown = shownBy(score);
  return `${shown(estimate.mean)}${estimate.reach === null ? '' : ` ± ${shown(estimate.reach)}`}`;
}

/** The number of a score in a table. */
export function shownBy(score: ScoreName): (value: number) => string {
  if (score === 'hits_at_1') return (value) => (100 * value).toFixed(1);
  return (value) => value.toFixed(score === 'mean_rank' ? 2 : 3);
}
