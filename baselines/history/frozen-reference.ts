import { canonicalJson } from '../../harness/canonical-json.ts';
import { grouped } from '../arms.ts';
import { acceptedLevel } from './accepted-level.ts';
import { analyse } from './analysis.ts';
import { armHistories } from './arm-histories.ts';
import { cellsOf, type History, type HistoryCell, markersOf } from './history-line.ts';

/** How the present level compares with the one that was accepted first. */
export interface FrozenReference {
  /** Levels since: nights that a mark, or what was accepted anew, begins one with. */
  levels: number;
  /** Of a loss from the first level to the present one. */
  evidence: number;
  /** The series with the most of it: an arm, a group, or `all arms`. */
  name: string;
  /** Of that series, in standard deviations of an arm; null: no night is a candidate. */
  change: number | null;
}

/**
 * Holds the nights since the last new level, by a mark or by what was accepted anew, against the seeds that were accepted
 * when an arm was new, which the history keeps: losses that were wanted one by one cannot add up unseen. It alarms
 * nobody, as they were wanted. Null: there is no new level, and the evidence itself says it.
 */
export function frozenReference(history: History): FrozenReference | null {
  const cells = cellsOf(history);
  const marked = markersOf(history).flatMap(({ kind, night }) => (kind === 'fixed' ? [] : [night]));
  const arms = [...grouped(cells, ({ arm, data }) => canonicalJson([arm, data])).values()];
  const levels = [...new Set([...marked, ...arms.flatMap((arm) => acceptedLevel(arm)?.begins ?? [])])].sort();
  const last = levels.at(-1);
  if (last === undefined) return null;
  const isOfFirst = (cell: HistoryCell) => (cell.role === 'accepted' ? cell.since === undefined : cell.night >= last);
  const entries = history.entries.filter((entry) =>
    entry.type === 'marker' ? entry.kind === 'fixed' : isOfFirst(entry),
  );
  const { evidence, series } = analyse(armHistories({ ...history, entries }));
  const [first] = series;
  if (first === undefined) return null;
  return { levels: levels.length, evidence, name: first.name, change: first.change };
}
