import { cutWarning, scaledRank } from '../scaled-rank.ts';

export interface TuckerRanks {
  ranks: [number, number, number];
  /** Where a rank is less than the scale asks for. */
  warning: string | undefined;
}

/**
 * S_k = max(1, round(s·d_k)). The decomposition truncates mode after mode, so that S_2 is at most S_1·d_3 and S_3 at
 * most S_1·S_2: where one dim is much larger than the others, a rank can be less than asked.
 */
export function tuckerRanks([d1, d2, d3]: readonly [number, number, number], scale: number): TuckerRanks {
  const asked = [d1, d2, d3].map((size) => scaledRank(scale, size)) as [number, number, number];
  const s1 = Math.min(asked[0], d2 * d3);
  const s2 = Math.min(asked[1], s1 * d3);
  const s3 = Math.min(asked[2], s1 * s2);
  const ranks: [number, number, number] = [s1, s2, s3];
  return { ranks, warning: cutWarning(asked, ranks) };
}
