import { changeProbabilities, logTwoMeans } from '../statistics/change-point.ts';
import { pooledVariance } from '../statistics/mean-tests.ts';
import { mean } from '../statistics/moments.ts';
import { twoSidedTail } from '../statistics/student-t.ts';
import { type Placed, placeChange } from './position-search.ts';

/** Places the change of a mean by values that chance moves. Pure: it knows no commits, and asks for values. */

/** Seeds are added so many at a time, up to so many at one commit. */
export const [seedStep, mostSeeds] = [5, 40] as const;

/** A likelihood ratio that decides: "as A" against "as B", either way. */
const decisive = Math.log(100);

/** Ends that differ this clearly need no more seeds; ends that do not differ even this clearly cannot be told apart. */
const [clear, faint] = [0.001, 0.1] as const;

/**
 * Values of one position: those of its first `number` seeds, null of one that diverged. Null in place of all: it cannot
 * be asked.
 */
export type Draw = (at: number, number: number) => Promise<readonly (number | null)[] | null>;

/** What seeds came to. */
export interface PlacedBySeeds extends Placed {
  /** That one of the named positions brought the change, by all values. */
  probability: number;
  /** Values that were asked for, at all positions. */
  cells: number;
  /** Means at the first and the last position, and the standard deviation over seeds. */
  ends: EndValues;
}

/** How the ends differ. */
export interface EndValues {
  good: number | null;
  bad: number | null;
  sd: number;
  /** Seeds at each. */
  seeds: number;
  /** Of the two-sided t-test of equal means; null where nothing spreads. */
  p: number | null;
}

/** The ends cannot be told apart: there is nothing to place. */
export interface NotApart {
  notApart: EndValues;
  cells: number;
}

/**
 * Seeds are added in fives at both ends until they differ clearly, then at each position that is asked until the
 * likelihood ratio of "as the good ones" against "as the bad ones" passes 100 either way: two means with one variance,
 * all of which are integrated over, from all values so far. What was decided helps to decide the next.
 *
 * @param worse which way a diverged seed counts: as the worst value that any seed had
 * @throws Error where an end cannot be asked
 */
export async function placeBySeeds(
  count: number,
  draw: Draw,
  worse: 'lower' | 'higher',
): Promise<PlacedBySeeds | NotApart> {
  const found: (readonly (number | null)[])[] = Array.from({ length: count }, () => []);
  const ask = async (at: number, number: number): Promise<boolean> => {
    const values = await draw(at, number);
    if (values === null) return false;
    found[at] = values;
    return true;
  };
  const valuesAt = () => {
    const worst = worstOf(found.flat(), worse);
    return found.map((values) => values.map((value) => value ?? worst));
  };
  const cells = () => found.reduce((sum, { length }) => sum + length, 0);

  let ends: EndValues | null = null;
  for (let seeds = seedStep; seeds <= mostSeeds && (ends === null || (ends.p ?? 1) > clear); seeds += seedStep) {
    for (const end of [0, count - 1]) {
      if (!(await ask(end, seeds))) throw new Error('placeBySeeds: the first and the last position must have values');
    }
    const values = valuesAt();
    ends = endValues(values[0]!, values[count - 1]!);
  }
  if (ends === null) throw new Error('placeBySeeds: no seed was asked for');
  if ((ends.p ?? 1) > faint) return { notApart: ends, cells: cells() };

  const [good, bad] = [new Set([0]), new Set([count - 1])];
  const placed = await placeChange(count, async (at) => {
    for (let seeds = seedStep; ; seeds += seedStep) {
      if (!(await ask(at, seeds))) return null;
      const values = valuesAt();
      const of = (positions: ReadonlySet<number>) => [...positions].flatMap((position) => values[position]!);
      const own = values[at]!;
      const asGood = logTwoMeans([...of(good), ...own], of(bad)) - logTwoMeans(of(good), [...of(bad), ...own]);
      if (Math.abs(asGood) < decisive && seeds < mostSeeds) continue;
      (asGood > 0 ? good : bad).add(at);
      return asGood <= 0;
    }
  });
  const probabilities = changeProbabilities(valuesAt());
  const probability = probabilities.slice(placed.first - 1, placed.last).reduce((sum, one) => sum + one, 0);
  return { ...placed, probability, cells: cells(), ends };
}

function endValues(good: readonly number[], bad: readonly number[]): EndValues {
  const { value, df } = pooledVariance(good, bad);
  const means = { good: mean(good), bad: mean(bad) };
  const sd = Math.sqrt(value);
  const difference = (means.good ?? 0) - (means.bad ?? 0);
  const error = sd * Math.sqrt(1 / good.length + 1 / bad.length);
  // Without any spread a difference is certain, and none is none.
  const p = error > 0 ? twoSidedTail(difference / error, df) : difference === 0 ? null : 0;
  return { ...means, sd, seeds: good.length, p };
}

/** The worst value that any seed had; 0 where all diverged. */
function worstOf(values: readonly (number | null)[], worse: 'lower' | 'higher'): number {
  const finite = values.filter((value) => value !== null);
  if (finite.length === 0) return 0;
  return worse === 'lower' ? Math.min(...finite) : Math.max(...finite);
}
