import { UsageError } from '../../../errors.ts';
import { bytesAtOnce } from '../../../run/memory-fit.ts';
import { groupsOf, shardsOf } from '../../../run/records/shard.ts';
import type { PlannedCell } from '../../../spec/cell.ts';
import { overridesText } from '../../../spec/words.ts';
import type { PlanFileOptions } from '../suite-options.ts';

/** A suite's cells, shared out to the tasks of a batch system. */
export interface BatchTasks {
  /** Of the suite and profile: safe as a name everywhere. */
  name: string;
  cells: number;
  /** Task I of them runs the cells of `--shard I/count`. */
  count: number;
  /** What every task tells `suite`; shard and folder come behind. */
  words: readonly string[];
  cores: number;
  gpu: boolean;
  /** Minutes that a task asks for. */
  minutes: number;
  memoryMiB: number;
}

/** Slurm's arrays have at most 1,001 places, where a cluster's settings do not say otherwise. */
const mostTasks = 1000;
/** The estimates are of one machine, and another one may be slower. */
const margin = 2;
/** Minutes beside the cells: set-up, looking at the data, reports. */
const besideMinutes = 15;
/** Memory that is asked for over what is expected: no estimate of a measured cell was a fifth too low. */
const memoryMargin = 1.25;
/** Beside the workers, in MiB: the process that starts them, and writes the reports. */
const besideMiB = 512;

type ShareOptions = Pick<PlanFileOptions, 'tasks' | 'jobs' | 'threads'>;

/**
 * Shares a plan's cells out. Left out, the number of tasks is the least one at which more would end no earlier: total
 * time over that of the longest group of cells that stay together.
 *
 * @throws UsageError where a task would have no cell
 */
export function batchTasks(
  { suite, profile, cells }: { suite: string; profile: string; cells: readonly PlannedCell[] },
  options: ShareOptions & Pick<PlanFileOptions, 'device'>,
  words: readonly string[],
): BatchTasks {
  const { jobs = 1, threads, device } = options;
  const groups = groupsOf(cells);
  const count = options.tasks ?? usefulTasks(groups);
  if (count > groups.length) {
    throw new UsageError(
      `--tasks ${count}: there are ${groups.length} groups of cells that stay together, and each task needs one; ask ` +
        `for ${groups.length} tasks or fewer.`,
    );
  }
  const shards = shardsOf(cells, count);
  const seconds = Math.max(...shards.map((shard) => secondsOf(shard, jobs)));
  const bytes = Math.max(...shards.map((shard) => bytesAtOnce(shard, jobs)));
  return {
    name: `${suite}-${profile}`,
    cells: cells.length,
    count,
    words,
    cores: jobs * threads,
    gpu: device === 'gpu',
    minutes: besideMinutes + Math.ceil((margin * seconds) / 60),
    memoryMiB: besideMiB + Math.ceil((memoryMargin * bytes) / 2 ** 20),
  };
}

function usefulTasks(groups: readonly { estimatedSeconds: number }[]): number {
  const seconds = groups.map(({ estimatedSeconds }) => estimatedSeconds);
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const useful = total === 0 ? groups.length : Math.ceil(total / Math.max(...seconds));
  return Math.min(useful, groups.length, mostTasks);
}

/**
 * The longest that `jobs` workers, none of them idle without need, can take for a shard: total/jobs + (1 - 1/jobs)·c,
 * with c the longest chain of cells, here the longest group (Graham 1969).
 */
function secondsOf(shard: readonly PlannedCell[], jobs: number): number {
  const seconds = groupsOf(shard).map(({ estimatedSeconds }) => estimatedSeconds);
  const total = seconds.reduce((sum, one) => sum + one, 0);
  return total / jobs + (1 - 1 / jobs) * Math.max(...seconds);
}

/** What a task tells `suite`: all that decides the cells and how they are computed. Cells are checked once joined. */
export function suiteWords(suite: string, options: PlanFileOptions): string[] {
  const { profile, only = [], method = [], set = [], seeds, night, extra, limit } = options;
  const { jobs = 1, threads, device, portable, data } = options;
  const given = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  return [
    suite,
    ...given('--profile', profile),
    ...only.flatMap((glob) => ['--only', glob]),
    ...method.flatMap((one) => ['--method', one]),
    ...set.flatMap(({ path, value }) => ['--set', overridesText({ [path]: value })]),
    ...given('--seeds', seeds),
    ...given('--night', night),
    ...given('--extra', extra),
    ...given('--limit', limit),
    ...given('--jobs', jobs),
    ...given('--threads', threads),
    ...given('--device', device),
    ...(portable === undefined ? [] : [portable ? '--portable' : '--no-portable']),
    ...given('--data', data),
    '--no-check',
  ];
}
