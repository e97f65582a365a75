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
 * Adds definitions to entries that have none. Their results stay, and so does when and at which commit they were
 * accepted: it is no acceptance.
 *
 * @param definitions by the id of the cell, whose configuration is thereby the entry's
 */
export function completeBaseline(baseline: Baseline, definitions: ReadonlyMap<string, Definition>): Completed {
  const [completed, others]: [string[], string[]] = [[], []];
  const cells = baseline.cells.map((entry) => {
    const definition = definitions.get(entry.id);
    if (definition === undefined || entry.definition !== undefined) return entry;
    const isOther = definition.data !== entry.fingerprint.data;
    (isOther ? others : completed).push(entry.cell);
    return isOther ? entry : { ...entry, definition };
  });
  return { baseline: completed.length === 0 ? baseline : { ...baseline, cells }, completed, others };
}
