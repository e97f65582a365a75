import { shellCommand, shellQuote } from '../../../shell-quote.ts';
import type { BatchTasks } from './batch-tasks.ts';

/** Seconds between the signal that time runs out, at which a run ends in order, and the end. */
const noticeSeconds = 60;
/** A lock whose owner's machine is gone is free a minute after its last renewal. */
const lockSeconds = 70;
const joiningMinutes = 60;

/** Where a script finds the program, and where its tasks write. */
export interface SlurmPlaces {
  /** The checkout, absolute. */
  checkout: string;
  /** The folder of the tasks' output folders, absolute. */
  run: string;
}

/**
 * An array script for Slurm's sbatch; run by bash, it submits itself, and behind the array a job that joins the tasks'
 * folders. Foreign text stands in quotes, behind the last line that sbatch reads.
 */
export function slurmScript(tasks: BatchTasks, { checkout, run }: SlurmPlaces): string {
  const { name, cells, count, words, cores, gpu, minutes, memoryMiB } = tasks;
  return `#!/usr/bin/env bash
# ${name}: ${cells} cells of Factorbench in ${count} tasks of a Slurm array.
#
#   bash FILE     submits the array, and a job that waits for it and joins the tasks' folders
#   sbatch FILE   submits the array alone
#
# Cells that read from each other are in one task, the ones that are read first: no task waits for another one. A task
# that is requeued or submitted again goes on: finished records are kept, cells continue from their checkpoints.
#SBATCH --job-name=factorbench-${name}
#SBATCH --array=1-${count}
#SBATCH --time=${minutes}
#SBATCH --mem=${memoryMiB}M
#SBATCH --cpus-per-task=${cores}
${gpu ? '#SBATCH --gres=gpu:1\n' : ''}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@${noticeSeconds}
set -euo pipefail

start=${shellQuote(`${checkout}/harness/setup/start.mjs`)}
run=${shellQuote(run)}

if [ -z "\${SLURM_ARRAY_TASK_ID:-}" ]; then
  array=$(sbatch --parsable "$0")
  array=\${array%%;*}
  sbatch --array=0 --dependency="afterany:$array" --time=${joiningMinutes} --no-requeue "$0"
  exit
fi
if [ "$SLURM_ARRAY_TASK_ID" = 0 ]; then
  exec node "$start" merge "$run"/shard-*-of-${count} --out "$run/joined"
fi
# Where a machine failed, its lock on the folder is free after a minute.
if [ "\${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then sleep ${lockSeconds}; fi
exec node "$start" ${shellCommand(['suite', ...words])} \\
  --shard "$SLURM_ARRAY_TASK_ID/${count}" --out "$run/shard-$SLURM_ARRAY_TASK_ID-of-${count}"
`;
}
