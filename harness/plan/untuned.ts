import { UsageError } from '../errors.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { tuneRemedy } from '../tuned-data.ts';
import { withTheirNeeds } from './needs.ts';

/** Tuned arms for which nothing that fits was found: they run with what was found, or not at all. */

/** Why cells cannot be run as nothing fits that was found for their arms, and the remedy; null where all can be. */
export function untunedReason(cells: readonly PlannedCell[]): string | null {
  const refusals = [...new Set(cells.flatMap(({ untuned = [] }) => untuned))];
  const [first] = cells;
  if (first === undefined || refusals.length === 0) return null;
  const place = `suite ${first.suite}, profile ${first.profile}`;
  return `${place}: ${refusals.join('; ')}. Find them with ${tuneRemedy(first)}`;
}

/**
 * The cells without those of such arms, and without those that need them.
 *
 * @param refuse told, once each, why cells are left out; where it is left out, the first reason throws
 * @throws UsageError where nothing is left
 */
export function withoutUntuned(
  cells: readonly PlannedCell[],
  refuse: ((reason: string) => void) | undefined,
): PlannedCell[] {
  const reason = untunedReason(cells);
  if (reason === null) return [...cells];
  const reasons = new Set([reason]);
  const tuned = cells.filter(({ untuned }) => untuned === undefined);
  const ready = withTheirNeeds(tuned, reasons);
  if (refuse === undefined || ready.length === 0) throw new UsageError([...reasons].join('\n'));
  for (const each of reasons) refuse(each);
  return ready;
}
