import { readBaseline } from '../../../baselines/baseline-file.ts';
import { readTuning } from '../../../baselines/tuning-file.ts';
import { seedless, seedOf } from '../../cell-name.ts';
import { UsageError } from '../../errors.ts';
import { cellsOfProfile } from '../../plan/plan.ts';
import { suggestion } from '../../suggest.ts';
import type { Io } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';

/** A cell as it can be asked for. */
export interface KnownCell {
  id: string;
  cell: string;
}

/** The cells that this checkout plans, on data sets and on their stand-ins, and those that its baseline holds. */
export async function knownCells(name: string, profileName: string, io: Io): Promise<KnownCell[]> {
  const { suite, profile } = selectSuite(name, profileName);
  const tuning = await readTuning(suite.name, profile, io.baselinesDir);
  const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
  return [...cellsOfProfile(suite, profile, tuning?.choices), ...(baseline?.cells ?? [])];
}

/** The cell that is asked for by id or name, or one of another seed of its arm; undefined: none is. */
export function cellAsked<C extends KnownCell>(asked: string, cells: readonly C[]): C | undefined {
  return (
    cells.find(({ id, cell }) => id === asked || cell === asked) ??
    cells.find(({ cell }) => asked !== seedless(asked) && seedless(cell) === seedless(asked))
  );
}

/**
 * Refuses a cell before a commit is set up for it, which takes minutes.
 *
 * @throws UsageError for one that is not known, with the nearest name, and for one of a night's seed
 */
export function refuseUnknownCell(asked: string, known: readonly KnownCell[]): void {
  const found = cellAsked(asked, known);
  if (found === undefined) {
    const names = [...new Set(known.map(({ cell }) => cell))];
    throw new UsageError(
      `--cell ${asked}: neither the plan of this commit nor its baseline has such a cell: ${suggestion(asked, names)}`,
    );
  }
  if (seedOf(found.id === asked ? found.cell : asked) >= 1000) {
    throw new UsageError(
      `--cell ${asked}: is of a night's seed; name the arm's seed 0, as any seed shows what changed.`,
    );
  }
}
