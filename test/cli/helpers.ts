import { main } from '../../harness/cli/main.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { idsOf } from '../../harness/run/records/coverage.ts';
import { writeRunFile } from '../../harness/run/records/run-file.ts';
import { storeAt, writeRecord } from '../../harness/run/records/store.ts';
import type { Cell, PlannedCell } from '../../harness/spec/cell.ts';
import { compression } from '../../suites/compression.ts';
import type { RecordOverrides } from '../helpers/records.ts';
import { fixtureRunFile } from '../helpers/run-file.ts';
import { capture, recordOfCell, temporaryFolder } from '../run/helpers.ts';

/** Runs the command line in this process, without data on the machine and with its own baselines. */
export async function cli(
  argv: string[],
  options: { env?: NodeJS.ProcessEnv; baselinesDir?: string; workerPath?: string } = {},
) {
  const [stdout, stderr] = [capture(), capture()];
  const cache = await temporaryFolder();
  const exitCode = await main(argv, {
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { FACTORBENCH_CACHE: cache, ...options.env },
    baselinesDir: options.baselinesDir ?? (await temporaryFolder()),
    ...(options.workerPath === undefined ? {} : { workerPath: options.workerPath }),
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** The cells of the smoke profile on generated data. */
export const smokeCells: PlannedCell[] = planCells(compression, 'smoke', { present: [] });

/** The output folder of a run that has ended, with a record of each cell; `plan` is the whole plan. */
export async function folderWith(
  cells: readonly Cell[],
  overrides: RecordOverrides = {},
  plan: readonly Cell[] = cells,
): Promise<string> {
  const outDir = await temporaryFolder();
  await writeRunFile(outDir, fixtureRunFile(plan, { planned_cells: idsOf(cells), planned: cells.length }));
  for (const cell of cells) await writeRecord(storeAt(outDir), recordOfCell(cell, overrides));
  return outDir;
}
