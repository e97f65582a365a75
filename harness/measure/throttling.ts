import { readdirSync, readFileSync } from 'node:fs';

/** How often the processor, or this process's share of it, was held back since the machine or its container started. */
export interface ThrottleCounts {
  /** By heat or power, summed over the processors; null: the system does not tell. */
  clock: number | null;
  /** By the quota of the control group; null: it has none, or does not tell. */
  quota: number | null;
}

/** Reads a file, and lists a folder; null where there is none. */
export interface SystemFiles {
  read(path: string): string | null;
  list(path: string): string[];
}

const processors = '/sys/devices/system/cpu';

/** What the system tells now. */
export function throttleCounts(files: SystemFiles = systemFiles): ThrottleCounts {
  const clocks = files
    .list(processors)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => Number(files.read(`${processors}/${name}/thermal_throttle/core_throttle_count`) ?? Number.NaN))
    .filter(Number.isFinite);
  return {
    clock: clocks.length === 0 ? null : clocks.reduce((sum, count) => sum + count, 0),
    quota: quotaCount(files),
  };
}

/** What held the processor back between two readings, a clause each. */
export function throttledBetween(before: ThrottleCounts, after: ThrottleCounts): string[] {
  const rose = (name: keyof ThrottleCounts) => (after[name] ?? 0) > (before[name] ?? Number.POSITIVE_INFINITY);
  return [
    ...(rose('clock') ? ['the processor’s clock was held back by heat or power'] : []),
    ...(rose('quota') ? ['the container’s share of the processor was used up'] : []),
  ];
}

/** Periods in which the control group was throttled: of version 2 at its own path, or at the root of a container's. */
function quotaCount({ read }: SystemFiles): number | null {
  const own = /^0::(.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? '/';
  for (const folder of [`/sys/fs/cgroup${own}`, '/sys/fs/cgroup', '/sys/fs/cgroup/cpu']) {
    const count = /^nr_throttled (\d+)$/m.exec(read(`${folder}/cpu.stat`) ?? '')?.[1];
    if (count !== undefined) return Number(count);
  }
  return null;
}

const systemFiles: SystemFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // Which of these files a kernel, a virtual machine or a container shows differs.
      return null;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};
