import type { Execution, Executor } from './executor.ts';
import { findGpus } from './gpu/gpu-devices.ts';
import { type GpuSlots, gpuSlots } from './gpu/gpu-slots.ts';
import { type PoolOptions, runPool } from './pool.ts';

/** The pool of this process as a way to execute runs; on GPUs it shares out those that it finds. */
export function localPool(settings: Omit<PoolOptions, keyof Execution>): Executor {
  let slots: GpuSlots | undefined;
  return {
    elsewhere: false,
    async prepare() {
      if (settings.device !== 'gpu') return [];
      const { gpus, notes } = await findGpus(process.env);
      slots = gpuSlots(gpus);
      return notes;
    },
    execute(cells, execution) {
      for (const record of execution.finished ?? []) slots?.learn(record);
      return runPool(cells, { ...settings, ...execution, gpuSlots: slots });
    },
    async close() {},
  };
}
