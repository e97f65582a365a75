import type { Definition } from '../harness/spec/definition.ts';
import type { Baseline } from './baseline.ts';

/** A baseline some of whose entries have gained a definition. */
export interface Completed {
  /** The given one itself where nothing was to be added. */
  baseline: Baseline;
  /** Names of the cells whose entries gained one. */
  completed: string[];
  /** Names of those that were measured on other data, and stay without. */
  others: string[];
}

/**
 * Adds definitions to entries that have none; their results stay.
 *
 * @param definitions by the id of the cell, whose configuration is thereby the entry's
 * @param why the reason, kept in the baseline's history
 * @param at the time, ISO 8601
 */
export function completeBaseline(
  baseline: Baseline,
  definitions: ReadonlyMap<string, Definition>,
  why: string,
  at: string = new Date().toISOString(),
): Completed {
  const [completed, others]: [string[], string[]] = [[], []];
  const cells = baseline.cells.map((entry) => {
    const definition = definitions.get(entry.id);
    if (definition === undefined || entry.definition !== undefined) return entry;
    const isOther = definition.data !== entry.fingerprint.data;
    (isOther ? others : completed).push(entry.cell);
    return isOther ? entry : { ...entry, definition };
  });
  if (completed.length === 0) return { baseline, completed, others };
  const history = [...baseline.history, { why, at, cells: completed.toSorted() }];
  return { baseline: { ...baseline, history, cells }, completed, others };
}
