import { idsOf } from '../../harness/run/records/coverage.ts';
import { type RunFile, readRunFile, writeRunFile } from '../../harness/run/records/run-file.ts';
import type { Cell } from '../../harness/spec/cell.ts';

/** run.json of a run that has ended well, of all cells of a plan; every field can be overridden. */
export function fixtureRunFile(plan: readonly Pick<Cell, 'cell' | 'id'>[], overrides: Partial<RunFile> = {}): RunFile {
  return {
    version: 1,
    suite: 'compression',
    profile: 'smoke',
    command_line: [],
    options: {},
    versions: { factorbench: '1.0.0', commit: 'abc', dirty: false, changes: null, node: 'v20' },
    data: { source: 'generated', folder: null },
    started_at: '2026-11-23T10:00:00.000Z',
    finished_at: '2026-11-23T10:01:00.000Z',
    cells_of_plan: plan.length,
    planned: plan.length,
    plan_cells: idsOf(plan),
    planned_cells: idsOf(plan),
    resumed: 0,
    completed: plan.length,
    diverged: 0,
    failed: 0,
    interrupted: false,
    exit_code: 0,
    ...overrides,
  };
}

/** The same as the program wrote it before it recorded the cells' names. */
export function unnamedRunFile(overrides: Partial<RunFile> = {}): RunFile {
  const { plan_cells: _plan, planned_cells: _planned, ...run } = fixtureRunFile([], overrides);
  return { ...run, versions: { factorbench: '1.0.0', commit: 'abc', node: 'v20' } };
}

/** Says of a run that a test has made that it was of committed code: a checkout is not clean while it is worked on. */
export async function asCommitted(outDir: string): Promise<void> {
  const run = (await readRunFile(outDir))!;
  await writeRunFile(outDir, { ...run, versions: { ...run.versions, dirty: false, changes: null } });
}
