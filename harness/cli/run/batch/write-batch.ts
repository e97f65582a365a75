import { relative } from 'node:path';
import { writeFileAtomically } from '../../../atomic-file.ts';
import { UsageError } from '../../../errors.ts';
import { formatDuration } from '../../../run/progress-estimate.ts';
import type { PlannedCell } from '../../../spec/cell.ts';
import { checkoutFolder } from '../../checkout.ts';
import { isMethodPath } from '../../parse-options.ts';
import { outputFolder, type SelectedSuite } from '../select-suite.ts';
import type { PlanFileOptions } from '../suite-options.ts';
import { type BatchTasks, batchTasks, suiteWords } from './batch-tasks.ts';
import { kubernetesJob } from './kubernetes-job.ts';
import { slurmScript } from './slurm-script.ts';

/**
 * Writes the files for batch systems that the options ask for, and resolves to a line on each.
 *
 * @throws UsageError where there is more than one plan, or nothing that a task could run
 */
export async function writeBatchFiles(
  plans: readonly (SelectedSuite & { cells: readonly PlannedCell[] })[],
  options: PlanFileOptions,
): Promise<string[]> {
  const { slurm, kubernetes, image = 'factorbench', claim = 'factorbench' } = options;
  const asked = slurm === undefined ? '--kubernetes' : '--slurm';
  const [plan, ...others] = plans;
  if (plan === undefined || others.length > 0) {
    throw new UsageError(`${asked}: a file is of one suite; write one for each.`);
  }
  const { suite, profile } = plan;
  const cells = plan.cells.filter(({ untuned }) => untuned === undefined);
  if (cells.length === 0) throw new UsageError(`${asked}: no cell can run: ${plan.cells[0]?.untuned}`);
  if (kubernetes !== undefined) refuseAbsentFromImage(options);
  const tasks = batchTasks({ suite: suite.name, profile, cells }, options, suiteWords(suite.name, options));
  const written: string[] = [];
  if (slurm !== undefined) {
    const run = outputFolder(options.out, suite.name, `${profile}-batch`);
    const script = slurmScript(tasks, { checkout: checkoutFolder(), run });
    await writeFileAtomically(slurm, script, 'name another file with --slurm');
    written.push(`${lineOf(slurm, tasks)}; bash ${relative('', slurm)} submits them.`);
  }
  if (kubernetes !== undefined) {
    const job = kubernetesJob(tasks, { image, claim });
    await writeFileAtomically(kubernetes, job, 'name another file with --kubernetes');
    written.push(`${lineOf(kubernetes, tasks)}; kubectl apply -f ${relative('', kubernetes)} submits them.`);
  }
  return written;
}

/** The image has the checkout's files, and the volume's. */
function refuseAbsentFromImage({ method = [], data }: PlanFileOptions): void {
  const file = method.find(isMethodPath);
  if (file !== undefined) {
    throw new UsageError(
      `--kubernetes: the image does not hold ${file}; make it a method of the registry and build the image, or use --slurm.`,
    );
  }
  if (data !== undefined) {
    throw new UsageError(
      `--kubernetes: pods look for data sets in the volume's folder data; leave --data ${data} away.`,
    );
  }
}

function lineOf(file: string, { cells, count, cores, minutes, memoryMiB }: BatchTasks): string {
  return (
    `${file}: ${cells} cells in ${count} tasks, each with ${cores} ${cores === 1 ? 'core' : 'cores'}, ${memoryMiB} MiB and at most ` +
    formatDuration(60 * minutes)
  );
}
