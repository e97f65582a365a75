import { tunedConfigurationOf } from './cell-id.ts';
import { makeTask, type TaskContext } from './make-task.ts';
import { fixedKernel } from './measure/fixed-kernel.ts';
import { sampleGpuMemory } from './measure/gpu-memory.ts';
import { measureLaunch } from './measure/launch.ts';
import type { Cell } from './spec/cell.ts';
import type { Launch } from './spec/launch.ts';
import type { ProfileName } from './spec/words.ts';
import { kindOf } from './tasks/registry.ts';
import type { Task } from './tasks/task.ts';

/** Whether a profile's cells measure their launches: a smoke's time is for results, and counts decide there. */
export function measuresLaunches(profile: ProfileName): boolean {
  return profile !== 'smoke';
}

export interface LaunchOptions {
  task: Task;
  context: TaskContext;
  /** UUID of the GPU that computes; null: the processor does, or it is not known. */
  gpu: string | null;
  device: 'cpu' | 'gpu';
}

/**
 * Times a cell's step beside that of the dense network of its configuration, made in the same process, and a fixed
 * kernel. Null where its kind has no steps. The dense network's tensors are freed.
 */
export async function launchOf(cell: Cell, { task, context, device, gpu }: LaunchOptions): Promise<Launch | null> {
  const config = kindOf(cell.config.task).reference?.(cell.config);
  const own = task.idleStep?.();
  if (config === undefined || own === undefined) return null;
  const { task: reference } = await makeTask(
    { ...cell, config, needs: [], origin: undefined },
    { ...context, needed: async () => new Map() },
  );
  const kernel = fixedKernel();
  const watch = device === 'gpu' ? watchedGpu(gpu) : null;
  try {
    const dense = reference.idleStep?.();
    if (dense === undefined) return null;
    const measured = await measureLaunch({ own, dense, kernel: kernel.run });
    return {
      ...measured,
      reference: tunedConfigurationOf(config),
      runtime: `node ${process.version}`,
      void: [...measured.void, ...((await watch?.disturbances()) ?? [])],
    };
  } finally {
    await watch?.disturbances();
    kernel.dispose();
    reference.dispose?.();
    for (const variable of reference.state) variable.dispose();
  }
}

/** What else uses the GPU, other cells of the run included, and what holds its clocks back. */
function watchedGpu(gpu: string | null) {
  const sampler = sampleGpuMemory({ pid: process.pid, gpu, onWarning: () => {}, isSibling: () => false });
  return {
    async disturbances(): Promise<string[]> {
      await sampler.stop();
      return sampler.disturbances();
    },
  };
}
