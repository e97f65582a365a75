import { grouped } from '../../baselines/arms.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import type { TestedArm } from './tested-arm.ts';

/**
 * Every arm's relatives, itself among them, whose results go together at each seed beyond what a seed changes in all
 * arms: those that share a training, and those that differ in the regularizer alone, which begin with the same values
 * and see the same batches (residual correlation 0.3 to 0.7 in the stored nights; between other arms none is seen). Who
 * is related to one of two relatives is related to both.
 *
 * @param sharers arms that share a training, by `sharersOf`
 */
export function relativesOf(
  arms: readonly TestedArm[],
  sharers: ReadonlyMap<TestedArm, readonly TestedArm[]>,
): Map<TestedArm, readonly TestedArm[]> {
  const found = new Map<TestedArm, readonly TestedArm[]>(arms.map((arm) => [arm, [arm]]));
  const unite = (members: readonly TestedArm[]) => {
    const all = [...new Set(members.flatMap((arm) => found.get(arm) ?? []))];
    for (const arm of all) found.set(arm, all);
  };
  for (const members of new Set(sharers.values())) unite(members);
  for (const members of grouped(arms, beginningOf).values()) unite(members);
  return found;
}

/** All that decides how an arm trains, but the regularizer and the seed. */
function beginningOf({ config }: TestedArm): string {
  return canonicalJson({ ...config, seed: null, regularizer: null });
}
