import { differingEnvironment } from '../harness/fingerprint.ts';
import { grouped } from './arms.ts';
import { type BaselineEntry, entryKey, valueOfEntry } from './baseline.ts';
import { sameBits } from './lanes/weights.ts';
import { acceptedArmKey } from './quality/accepted-arm.ts';

/**
 * The stored entries that an acceptance leaves behind, so that the seeds of an arm are one level: where a new entry of an
 * arm has other bits than the stored one, its other stored entries go, but for those that the run repeats. A new seed
 * that has no stored entry tells by the seeds beside it which are repeated, and where none is, by its program and
 * environment.
 *
 * @param accepted entries of the run that are to be stored
 * @param beside entries of the same run that are not
 */
export function leftBehind(
  stored: readonly BaselineEntry[],
  accepted: readonly BaselineEntry[],
  beside: readonly BaselineEntry[] = [],
): BaselineEntry[] {
  const arms = grouped(accepted, acceptedArmKey);
  const ran = new Map([...beside, ...accepted].map((entry) => [entryKey(entry), entry]));
  const isRepeated = (entry: BaselineEntry) => {
    const now = ran.get(entryKey(entry));
    return now !== undefined && isSame(entry, now);
  };
  return [...grouped(stored, acceptedArmKey)].flatMap(([arm, members]) => {
    const own = new Map((arms.get(arm) ?? []).map((entry) => [entryKey(entry), entry]));
    const replaced = members.filter((entry) => own.has(entryKey(entry)));
    const isMoved =
      replaced.some((entry) => !isRepeated(entry)) || !(members.some(isRepeated) || isOfOne(members, own));
    return isMoved ? members.filter((entry) => !own.has(entryKey(entry)) && !isRepeated(entry)) : [];
  });
}

/** Whether new entries are of programs and environments that stored ones are of. */
function isOfOne(stored: readonly BaselineEntry[], accepted: ReadonlyMap<string, BaselineEntry>): boolean {
  const isAlike = (one: BaselineEntry, other: BaselineEntry) =>
    one.program === other.program && differingEnvironment(one.fingerprint, other.fingerprint).length === 0;
  return [...accepted.values()].every((entry) => stored.some((one) => isAlike(one, entry)));
}

function isSame(one: BaselineEntry, other: BaselineEntry): boolean {
  return sameBits(one, other) && valueOfEntry(one) === valueOfEntry(other);
}
