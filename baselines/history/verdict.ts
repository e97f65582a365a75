import type { Analysis } from './analysis.ts';
import { thresholds } from './evidence.ts';
import { cellsOf, type History, nightsOf } from './history-line.ts';

/** `regressed`: a loss that chance gives once in 730 nights at most. `suspect`: it may be one; more seeds would tell. */
export type HistoryVerdict = 'pass' | 'suspect' | 'regressed';

/** What the evidence says. */
export function historyVerdict({ evidence }: Pick<Analysis, 'evidence'>): HistoryVerdict {
  if (evidence >= thresholds.alarm) return 'regressed';
  return evidence >= thresholds.suspect ? 'suspect' : 'pass';
}

/** A night that a loss may have begun with, and what was new in it. */
export interface SuspectNight {
  night: string;
  commits: string[];
  /** What differs from the night before, such as `program`; empty: nothing that is recorded. */
  changed: ('program' | 'environment')[];
}

/** The nights that may have brought the loss: those of the series with the most evidence. */
export function suspectNights(history: History, { series }: Pick<Analysis, 'series'>): SuspectNight[] {
  const nights = nightsOf(history);
  const cells = cellsOf(history);
  const valuesOf = (night: string | undefined, field: 'commit' | 'program' | 'environment') => {
    const own = cells.filter((cell) => cell.role !== 'accepted' && cell.night === night);
    return [...new Set(own.flatMap((cell) => cell[field] ?? []))].sort();
  };
  return (series[0]?.suspects ?? []).map((night) => {
    const before = nights[nights.indexOf(night) - 1];
    const differs = (field: 'program' | 'environment') =>
      before === undefined || valuesOf(night, field).join() !== valuesOf(before, field).join();
    return {
      night,
      commits: valuesOf(night, 'commit'),
      changed: (['program', 'environment'] as const).filter(differs),
    };
  });
}
