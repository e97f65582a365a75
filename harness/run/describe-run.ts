import { delimiter } from 'node:path';
import type { CellRecord } from '../record.ts';
import type { Cell, PlannedCell } from '../spec/cell.ts';
import type { ProfileName } from '../spec/words.ts';
import type { DataFolders } from './protocol.ts';
import { idsOf, owedCells } from './records/coverage.ts';
import type { RunFile } from './records/run-file.ts';

/** What of a run is known before it begins, for run.json. */
export interface RunFacts {
  suite: string;
  profile: ProfileName;
  /** The date that decided the seeds; left out: they are the profile's. */
  night?: string | undefined;
  /** The cells of the whole plan, before --only and --shard. */
  plan: readonly Pick<Cell, 'cell' | 'id'>[];
  /** The cells of this run, in the plan's order. */
  cells: readonly PlannedCell[];
  /** Why cells that were asked for could not be planned: the run does not pass. */
  refusals?: readonly string[];
  dataFolders: DataFolders;
  commandLine: string[];
  settings: Record<string, unknown>;
  versions: RunFile['versions'];
}

/** How far a run is. */
export interface RunState {
  state: 'running' | 'interrupted' | 'ended';
  /** Cells that an earlier run had finished. */
  resumed: number;
  /** Of the run's cells. */
  records: readonly CellRecord[];
  /** Left out while it runs. */
  exitCode?: number;
}

/** Gives run.json of a run in a state. */
export type RunDescription = (state: RunState) => RunFile;

/**
 * What run.json says of a run, from its beginning to its end.
 *
 * @param earlier of an earlier run of the suite and profile into the folder
 */
export function runDescription(facts: RunFacts, earlier: RunFile | null): RunDescription {
  const folders = Object.values(facts.dataFolders);
  const { suite, profile, night, plan, cells, refusals = [] } = facts;
  const startedAt = new Date().toISOString();
  return ({ state, resumed, records, exitCode = null }) => ({
    version: 1,
    suite,
    profile,
    ...(night === undefined ? {} : { night }),
    command_line: facts.commandLine,
    options: facts.settings,
    versions: facts.versions,
    data:
      folders.length === 0
        ? { source: 'generated', folder: null }
        : { source: 'files', folder: folders.join(delimiter) },
    started_at: startedAt,
    finished_at: state === 'running' ? null : new Date().toISOString(),
    cells_of_plan: plan.length,
    planned: cells.length,
    plan_cells: idsOf(plan),
    planned_cells: owedCells(cells, plan, earlier),
    ...(refusals.length > 0 ? { refusals: [...refusals] } : {}),
    resumed,
    ...endedBy(records),
    interrupted: state === 'interrupted',
    exit_code: exitCode,
  });
}

/** How many records there are of each status. */
export function endedBy(records: readonly CellRecord[]): Record<CellRecord['status'], number> {
  const having = (status: CellRecord['status']) => records.filter((record) => record.status === status).length;
  return { completed: having('completed'), diverged: having('diverged'), failed: having('failed') };
}
