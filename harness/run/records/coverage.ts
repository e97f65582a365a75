import { someOf } from '../../../baselines/wording.ts';
import type { CellRecord } from '../../record.ts';
import type { Cell } from '../../spec/cell.ts';
import type { CellIds, RunFile } from './run-file.ts';
import type { StoredRecords } from './store.ts';

type Identity = Pick<Cell, 'id' | 'cell'>;

/** Ids of cells by name. */
export function idsOf(cells: readonly Identity[]): CellIds {
  return Object.fromEntries(cells.map(({ cell, id }) => [cell, id]));
}

/**
 * The cells that a folder owes a record after a run into it: the run's own, and those of earlier runs into it as far as
 * the plan still holds them, so that a short run does not hide what a longer one has left.
 */
export function owedCells(cells: readonly Identity[], plan: readonly Identity[], earlier: RunFile | null): CellIds {
  const owed = new Set([...cells.map(({ cell }) => cell), ...Object.keys(earlier?.planned_cells ?? {})]);
  const known = new Set(plan.map(({ cell }) => cell));
  return idsOf([...plan.filter(({ cell }) => owed.has(cell)), ...cells.filter(({ cell }) => !known.has(cell))]);
}

/** What a folder holds of the cells that it owes. */
export interface Coverage {
  /** Of the suite and profile; without those of another configuration than was planned, which count as missing. */
  records: CellRecord[];
  /** Names of the cells that were to have a record, and have none that can be used. */
  missing: string[];
  /** What else keeps the folder from standing for a whole run, a sentence each. */
  gaps: string[];
}

/** Whose cells are asked about. */
export interface Asked {
  suite: string;
  profile: string;
}

/**
 * Compares the names of the cells that a folder owes with those of its records. A damaged file counts as a missing
 * record of the cell that it is named after.
 *
 * @param run null: the folder has no run.json, and nothing says what it owes
 */
export function coverageOf(stored: Omit<StoredRecords, 'warnings'>, run: RunFile | null, asked: Asked): Coverage {
  const { suite, profile } = asked;
  const isOwn = (of: { suite: string; profile: string }) => of.suite === suite && of.profile === profile;
  const own = stored.records.filter(isOwn);
  const { damaged } = stored;
  if (run === null) {
    return { records: own, missing: damaged, gaps: ['there is no run.json, which says what was planned.'] };
  }
  if (!isOwn(run)) {
    const gap = `run.json is of ${run.suite}, profile ${run.profile}: nothing says which cells were planned.`;
    return { records: own, missing: damaged, gaps: [gap] };
  }
  const planned = run.planned_cells ?? {};
  const records = own.filter(({ cell, id }) => (planned[cell] ?? id) === id);
  const present = new Set(records.map(({ cell }) => cell));
  const owed = new Set([...Object.keys(planned), ...damaged]);
  const missing = [...owed].filter((cell) => !present.has(cell));
  const refused = (run.refusals ?? []).map((reason) => `Not planned: ${reason}`);
  return { records, missing, gaps: [...endOf(run, stored.records.length), ...refused] };
}

function endOf(run: RunFile, records: number): string[] {
  if (run.finished_at === null) return ['run.json says that the last run into the folder has not ended.'];
  if (run.planned_cells !== undefined) {
    const named = Object.keys(run.planned_cells).length;
    const whole = Object.keys(run.plan_cells ?? {}).length;
    // It names the cells of earlier runs beside its own.
    if (run.planned === 0 || named < run.planned) {
      return [`run.json is damaged: it counts ${run.planned} planned cells and names ${named}.`];
    }
    return run.plan_cells === undefined || run.cells_of_plan === whole
      ? []
      : [`run.json is damaged: it counts ${run.cells_of_plan} cells of the plan and names ${whole}.`];
  }
  // A file of before names were recorded: its numbers must do.
  const ended = Math.min(records, run.completed + run.diverged + run.failed);
  const lacking = run.planned - ended;
  return lacking > 0 ? [`${lacking} of ${run.planned} planned cells have no record.`] : [];
}

/** All that a folder lacks, a sentence each; none where every cell that was to be measured has a record. */
export function lacksOf({ records, missing, gaps }: Coverage): string[] {
  if (missing.length === 0) return gaps;
  const planned = records.length + missing.length;
  return [...gaps, `${missing.length} of ${planned} planned cells have no record: ${someOf(missing)}.`];
}
