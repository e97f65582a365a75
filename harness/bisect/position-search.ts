/** Which of the commits in a row to ask next, when the first is good and the last is bad. Pure: it knows no commits. */

/** What is known of a position; null: it was not asked. */
export type Mark = 'good' | 'bad' | 'skipped' | null;

/**
 * Ask a position, or be done: the change came with one of `first` to `last`, of which all but the last were skipped.
 */
export type NextStep = { ask: number } | { first: number; last: number };

/**
 * Halves what lies between the last good and the first bad position. Where the middle was skipped, as it cannot be
 * asked, the nearest one to it takes its place.
 *
 * @param marks the first is good, the last bad
 */
export function nextStep(marks: readonly Mark[]): NextStep {
  const bad = marks.indexOf('bad');
  const good = marks.lastIndexOf('good', bad);
  if (good === -1 || bad === -1) throw new Error('nextStep: the first position must be good and the last bad');
  const middle = (good + bad) / 2;
  const open = [...marks.keys()].slice(good + 1, bad).filter((at) => marks[at] === null);
  const [nearest] = open.sort((left, right) => Math.abs(left - middle) - Math.abs(right - middle));
  return nearest === undefined ? { first: good + 1, last: bad } : { ask: nearest };
}

/** Where a change came from: the positions `first` to `last`, and what every position came to. */
export interface Placed {
  first: number;
  last: number;
  marks: Mark[];
}

/**
 * Asks positions until the change is placed.
 *
 * @param isBad of a position between the first and the last; null: it cannot be asked
 */
export async function placeChange(count: number, isBad: (at: number) => Promise<boolean | null>): Promise<Placed> {
  const marks: Mark[] = Array.from({ length: count }, () => null);
  marks[0] = 'good';
  marks[count - 1] = 'bad';
  for (;;) {
    const step = nextStep(marks);
    if ('first' in step) return { ...step, marks };
    const bad = await isBad(step.ask);
    marks[step.ask] = bad === null ? 'skipped' : bad ? 'bad' : 'good';
  }
}
