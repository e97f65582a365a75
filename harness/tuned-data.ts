import { tunedArmOf } from './cell-name.ts';
import type { Cell } from './spec/cell.ts';
import { isTrial } from './trial-notes.ts';

/** A learning rate and λ say something of the data that they were found on alone. */

/**
 * Why those of a tuned cell say nothing of its data; null: they were found on these, or the cell is tried out.
 *
 * @param digest of the cell's data, as a record's fingerprint has it
 */
export function otherDataRefusal(cell: Cell, digest: string): string | null {
  if (cell.tuning === undefined || cell.tuning.data === digest || isTrial(cell)) return null;
  return `${tunedArmOf(cell)}: its learning rate and λ were found on other data (${cell.tuning.data})`;
}

/** How a fitting learning rate and λ are found, or the arms left out. */
export function tuneRemedy({ suite, profile }: Pick<Cell, 'suite' | 'profile'>): string {
  return `npm run tune -- ${suite} --profile ${profile}, or leave these arms out with --only.`;
}
