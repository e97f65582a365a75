import { grouped } from '../arms.ts';
import type { HistoryCell } from './history-line.ts';

/** The level that the nights of an arm, on its data, are held against: the seeds that were accepted last. */
export interface AcceptedLevel {
  accepted: HistoryCell[];
  /** Digest of the arm's configuration; null: its lines are of before it was told. */
  configuration: string | null;
  /** The first night that it counts for; null: every night. */
  since: string | null;
  /** The nights with which the arm began anew, in order: the last one is `since`. */
  begins: string[];
}

/**
 * The level of an arm. Each acceptance that a night found new stands in the history with all its seeds, and the last one
 * has the values. It goes on from those before, whose nights stay, as long as they are of the same configuration and the
 * seeds that both have, one at least, have the same bits; otherwise the arm begins anew with it.
 *
 * @param cells of one arm on its data
 * @returns null: none of them was accepted
 */
export function acceptedLevel(cells: readonly HistoryCell[]): AcceptedLevel | null {
  const accepted = cells.filter(({ role }) => role === 'accepted');
  const acceptances = [...grouped(accepted, ({ since }) => since ?? '')]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, members]) => members);
  const last = acceptances.at(-1);
  if (last === undefined) return null;
  const begins = acceptances.flatMap((members, at) =>
    at > 0 && !continues(acceptances[at - 1]!, members) ? (members[0]?.since ?? []) : [],
  );
  return { accepted: last, configuration: last[0]?.configuration ?? null, since: begins.at(-1) ?? null, begins };
}

/** Whether two acceptances of an arm have the same seeds, with the same bits. */
export function isSameAcceptance(one: readonly HistoryCell[], other: readonly HistoryCell[]): boolean {
  return one.length === other.length && sharedSeeds(one, other) === one.length && continues(one, other);
}

/** Whether a cell is of a configuration, as far as its line tells. */
export function isOfConfiguration({ configuration }: HistoryCell, of: string | null): boolean {
  return configuration === undefined || of === null || configuration === of;
}

function continues(before: readonly HistoryCell[], after: readonly HistoryCell[]): boolean {
  const held = new Map(before.map((cell) => [cell.seed, cell]));
  return (
    sharedSeeds(before, after) > 0 &&
    after.every((cell) => isOfConfiguration(cell, before[0]?.configuration ?? null)) &&
    after.every((cell) => isRepeated(held.get(cell.seed) ?? cell, cell))
  );
}

function sharedSeeds(one: readonly HistoryCell[], other: readonly HistoryCell[]): number {
  const seeds = new Set(one.map(({ seed }) => seed));
  return other.filter(({ seed }) => seeds.has(seed)).length;
}

/** The same bits; in lines of before weights were told, a result to the last digit. */
function isRepeated(one: HistoryCell, other: HistoryCell): boolean {
  const isSameWeights = one.weights === undefined || other.weights === undefined || one.weights === other.weights;
  return isSameWeights && one.status === other.status && one.value === other.value && one.loss === other.loss;
}
