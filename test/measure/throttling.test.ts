import { describe, expect, test } from 'vitest';
import { throttleCounts, throttledBetween } from '../../harness/measure/throttling.ts';

const cpus = '/sys/devices/system/cpu';

/** A system that has these files alone. */
const filesOf = (files: Record<string, string>) => ({
  read: (path: string) => files[path] ?? null,
  list: (path: string) => (path === cpus ? ['cpu0', 'cpu1', 'cpufreq', 'online'] : []),
});

describe('throttleCounts', () => {
  test('adds up the processors, and reads the quota of its own control group', () => {
    const files = filesOf({
      [`${cpus}/cpu0/thermal_throttle/core_throttle_count`]: '3\n',
      [`${cpus}/cpu1/thermal_throttle/core_throttle_count`]: '4\n',
      '/proc/self/cgroup': '0::/user.slice\n',
      '/sys/fs/cgroup/user.slice/cpu.stat': 'usage_usec 5\nnr_periods 9\nnr_throttled 2\n',
    });
    expect(throttleCounts(files)).toEqual({ clock: 7, quota: 2 });
  });

  test('reads the root of a container’s control groups', () => {
    const files = filesOf({ '/proc/self/cgroup': '0::/docker/1\n', '/sys/fs/cgroup/cpu.stat': 'nr_throttled 6\n' });
    expect(throttleCounts(files)).toEqual({ clock: null, quota: 6 });
  });

  test('knows nothing where the system does not tell', () => {
    expect(throttleCounts(filesOf({}))).toEqual({ clock: null, quota: null });
  });

  test('reads this system', () => {
    expect(throttleCounts()).toEqual({ clock: expect.toSatisfy(isCount), quota: expect.toSatisfy(isCount) });
  });
});

const isCount = (count: unknown) => count === null || Number.isInteger(count);

test('throttledBetween tells what rose, and nothing of what is not known', () => {
  expect(throttledBetween({ clock: 1, quota: 1 }, { clock: 1, quota: 1 })).toEqual([]);
  expect(throttledBetween({ clock: null, quota: null }, { clock: null, quota: null })).toEqual([]);
  expect(throttledBetween({ clock: 1, quota: 1 }, { clock: 2, quota: 3 })).toHaveLength(2);
});
