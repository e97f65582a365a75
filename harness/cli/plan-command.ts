import { planCells } from '../plan.ts';
import { formatDuration } from '../run/progress-estimate.ts';
import { shardCells } from '../run/shard.ts';
import type { Cell } from '../spec.ts';
import { checkoutFolder } from './checkout.ts';
import { locateData } from './data-folder.ts';
import { type Io, table } from './io.ts';
import { defaultJobs } from './parse-options.ts';
import { type SelectedSuite, selectSuite } from './select-suite.ts';
import type { SuiteOptions } from './suite-options.ts';

export interface PlannedRun extends SelectedSuite {
  cells: Cell[];
  /** Number of cells before --only and --shard. */
  cellsOfPlan: number;
  /** Folder of the real data; null where the plan uses generated data. */
  dataDir: string | null;
  /** Says which data is used where that is not what the profile names. */
  dataNote: string | null;
}

/**
 * Resolves a suite, its data and the options to the cells of this run. To `look` at the plan of a profile that runs on
 * real data only, the data need not be there.
 */
export async function planRun(
  name: string | undefined,
  options: SuiteOptions,
  io: Io,
  purpose: 'run' | 'look',
): Promise<PlannedRun> {
  const selected = selectSuite(name, options.profile);
  const { suite, profile, profileSpec } = selected;
  const needsFiles = profileSpec.dataset.name !== 'generated';
  const asked = options.data !== undefined || Boolean(io.env.FACTORBENCH_DATA) || options.download === true;
  const found = needsFiles || asked ? await findData(options, io) : null;
  const dataDir = needsFiles ? found : null;
  const settings = {
    realData: !needsFiles || dataDir !== null || (purpose === 'look' && profileSpec.fallbackDataset === null),
    ...(options.seeds === undefined ? {} : { seeds: options.seeds }),
  };
  const all = planCells(suite, profile, settings);
  const chosen = options.only === undefined ? all : planCells(suite, profile, { ...settings, only: options.only });
  const cells = options.shard === undefined ? chosen : shardCells(chosen, options.shard);
  const dataNote =
    needsFiles && dataDir === null
      ? `${profileSpec.dataset.name} was not found: ${settings.realData ? 'a run needs it' : 'generated data is used instead'}. Give --data DIR, or --download.`
      : null;
  return { ...selected, cells, cellsOfPlan: all.length, dataDir, dataNote };
}

/** Finds or downloads the real data, telling on stderr. */
export function findData(options: Pick<SuiteOptions, 'data' | 'download'>, io: Io): Promise<string | null> {
  return locateData({
    data: options.data,
    download: options.download === true,
    env: io.env,
    checkout: checkoutFolder(),
    log: (line) => void io.stderr.write(`${line}\n`),
  });
}

/** Prints the cells that a run would execute; nothing else on stdout. */
export async function planCommand(name: string | undefined, options: SuiteOptions, io: Io): Promise<number> {
  const { cells, dataNote } = await planRun(name, options, io, 'look');
  if (dataNote !== null) io.stderr.write(`${dataNote}\n`);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(cells.map(planRow), null, 2)}\n`);
    return 0;
  }
  const jobs = options.jobs ?? defaultJobs(options.threads);
  const rows = cells.map((cell) => [
    cell.cell,
    cell.id,
    cell.ratio === null ? 'ratio by training' : `ratio ${cell.ratio.toFixed(4)}`,
    formatDuration(cell.estimatedSeconds),
  ]);
  const seconds = cells.reduce((sum, cell) => sum + cell.estimatedSeconds, 0);
  io.stdout.write(table(rows));
  io.stdout.write(
    `${cells.length} cells, ${formatDuration(seconds)} of computing: about ${formatDuration(seconds / jobs)} with --jobs ${jobs}.\n`,
  );
  return 0;
}

function planRow(cell: Cell) {
  const { suite, profile, model, dataset, method, init, regularizer, budget, ratio, seed, id } = cell;
  return { suite, profile, cell: cell.cell, model, dataset, method, init, regularizer, budget, ratio, seed, id };
}
