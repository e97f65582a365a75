import { type Factor, factorOf } from '../../harness/spec/words.ts';
import { grouped } from '../arms.ts';

/** Arms that have a setting in common. */
export interface ArmGroup {
  /** Such as `init spectral`. */
  name: string;
  /** Indices of the arms. */
  members: number[];
}

/** What arms are grouped by. */
const groupingFactors = ['method', 'init', 'regularizer'];

/** Fewer arms than this are no group. */
const fewestArms = 3;

/**
 * The groups of at least 3 arms that share a method, an initialization or a regularizer. Of groups with the same arms
 * only the first is kept, and none that is all arms: they would be one series twice.
 */
export function groupsOf(arms: readonly { factors: readonly Factor[] }[]): ArmGroup[] {
  const groups = groupingFactors.flatMap((factor) => {
    const having = arms.flatMap((arm, index) => {
      const value = factorOf(arm, factor);
      return value === null ? [] : [{ value, index }];
    });
    return [...grouped(having, ({ value }) => value)].map(([value, members]) => ({
      name: `${factor} ${value}`,
      members: members.map(({ index }) => index),
    }));
  });
  const large = groups.filter(({ members }) => members.length >= fewestArms && members.length < arms.length);
  return [...new Map(large.toReversed().map((group) => [group.members.join(), group])).values()].toReversed();
}
