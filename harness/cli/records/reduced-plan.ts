import type { ReducedCell } from '../../../baselines/reduced-definitions.ts';
import { readTuning } from '../../../baselines/tuning-file.ts';
import { planCells } from '../../plan/plan.ts';
import { withOverrides } from '../../plan/trial.ts';
import type { Defined } from '../../run/define-cells.ts';
import { fileDatasetOf } from '../../run/run-data.ts';
import type { Cell, PlannedCell } from '../../spec/cell.ts';
import { dataFolderNames } from '../../spec/datasets.ts';
import type { ProfileName } from '../../spec/words.ts';
import { kindOf } from '../../tasks/registry.ts';
import type { Io } from '../io.ts';
import type { SelectedSuite } from '../run/select-suite.ts';
import { definePlanned } from './definition-plan.ts';

/** Whether all cells of a profile are defined in a reduced form: their published sizes take too long for every night. */
export function isDefinedReduced(profile: ProfileName): boolean {
  return profile === 'paper';
}

/** A cell of a plan, and its reduced form; null: it has none. */
export interface ReducedPair {
  planned: PlannedCell;
  reduced: Cell | null;
}

/**
 * One seed of each arm of a profile that may be defined in its reduced form, whose data are drawn, so that no files are
 * needed: all of paper, and of nightly what needs files, which a machine may lack.
 */
export async function planReduced(
  { suite, profile }: SelectedSuite,
  only: string[] | undefined,
  io: Io,
): Promise<ReducedPair[]> {
  const stored = await readTuning(suite.name, profile, io.baselinesDir);
  const asked = { seeds: 1, only, choices: stored?.choices ?? [], untuned: 'counted' } as const;
  const mayBeReduced = (cell: PlannedCell) =>
    isDefinedReduced(profile) || (profile === 'nightly' && fileDatasetOf(cell) !== null);
  const cells = planCells(suite, profile, { ...asked, present: dataFolderNames }).filter(mayBeReduced);
  return cells.map((planned) => ({ planned, reduced: reducedForm(planned) }));
}

function reducedForm(cell: PlannedCell): Cell | null {
  const kind = kindOf(cell.config.task);
  if (kind.reduced === undefined || cell.needs.length > 0) return null;
  return { ...withOverrides(cell, kind.reduced(cell.config)), ratio: null };
}

/** Defines the reduced forms of cells, each once; gives what became of each by its id. */
export function defineReduced(
  pairs: readonly ReducedPair[],
  options: { jobs?: number | undefined; signal: AbortSignal },
  io: Io,
): Promise<Map<string, Defined>> {
  const forms = new Map(pairs.flatMap(({ reduced }) => (reduced === null ? [] : [[reduced.id, reduced] as const])));
  return definePlanned([...forms.values()], { dataFolders: {} }, options, io);
}

/** What is stored of a cell beside its definition. */
export function storedCellOf({ planned: { cell, id, parameters }, reduced }: ReducedPair): ReducedCell {
  return { cell, id, parameters, reduced: reduced?.id ?? null };
}
