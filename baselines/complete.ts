import type { Definition } from '../harness/spec/definition.ts';
import type { Baseline } from './baseline.ts';
import { firstStepTolerances } from './first-step-tolerances.ts';
import { definitionOutcome } from './lanes/definition.ts';

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

/** Definitions of one cell by one program: as they are stored, and in other environments. */
export interface DefinedTwice {
  reference: Definition;
  others: readonly Definition[];
}

/** A baseline some of whose entries have gained tolerances. */
export interface Tolerant {
  baseline: Baseline;
  /** Names of the cells whose entries gained or changed them. */
  stored: string[];
  /** Names of those that this program defines otherwise than the baseline, of which nothing is seen. */
  others: string[];
}

/**
 * Stores with each entry how far its first steps may differ in another environment, by how far they did where one
 * machine played several. It is no acceptance: results and definitions stay.
 *
 * @param played by the id of the cell
 */
export function withTolerances(baseline: Baseline, played: ReadonlyMap<string, DefinedTwice>): Tolerant {
  const [stored, others]: [string[], string[]] = [[], []];
  const cells = baseline.cells.map((entry) => {
    const seen = played.get(entry.id);
    if (seen === undefined || entry.definition === undefined) return entry;
    const { reference } = seen;
    if (
      entry.definition.data !== reference.data ||
      definitionOutcome({ ...entry, definition: reference }, entry) !== null
    ) {
      others.push(entry.cell);
      return entry;
    }
    const tolerances = firstStepTolerances(
      reference.first_steps,
      seen.others.map(({ first_steps }) => first_steps),
    );
    if (tolerances === null) return entry;
    stored.push(entry.cell);
    return { ...entry, first_step_tolerances: tolerances };
  });
  return { baseline: stored.length === 0 ? baseline : { ...baseline, cells }, stored, others };
}
