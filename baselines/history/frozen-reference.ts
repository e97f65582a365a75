import { analyse } from './analysis.ts';
import { armHistories } from './arm-histories.ts';
import type { History } from './history-line.ts';

/** How the present level compares with the one that was accepted first. */
export interface FrozenReference {
  /** Marks of new levels since. */
  marks: number;
  /** Of a loss from the first level to the present one. */
  evidence: number;
  /** The series with the most of it: an arm, a group, or `all arms`. */
  name: string;
  /** Of that series, in standard deviations of an arm; null: no night is a candidate. */
  change: number | null;
}

/**
 * Holds the nights since the last mark of a new level against the accepted seeds, which the history keeps as they were
 * when its arms were new: losses that were marked as wanted one by one cannot add up unseen. It alarms nobody, as they
 * were marked on purpose. Null: there is no such mark, and the evidence itself says it.
 */
export function frozenReference(history: History): FrozenReference | null {
  const levels = history.entries.flatMap((entry) =>
    entry.type === 'marker' && entry.kind !== 'fixed' ? [entry.night] : [],
  );
  const last = levels.toSorted().at(-1);
  if (last === undefined) return null;
  const entries = history.entries.filter((entry) =>
    entry.type === 'marker' ? entry.kind === 'fixed' : entry.role === 'accepted' || entry.night >= last,
  );
  const { evidence, series } = analyse(armHistories({ ...history, entries }));
  const [first] = series;
  if (first === undefined) return null;
  return { marks: levels.length, evidence, name: first.name, change: first.change };
}
