import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { formatChecks } from '../../harness/setup/diagnosis.mjs';
import { cpuLimit, mappedLibraries, parseCpuInfo, usableCores } from '../../harness/setup/machine.mjs';
import { formatBytes, startStep } from '../../harness/setup/progress.mjs';

describe('parseCpuInfo', () => {
  it('reads model and extensions on x64', () => {
    const text =
      'processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx avx2 fma avx512f avx512_vnni ' +
      'amx_tile\n';
    expect(parseCpuInfo(text)).toEqual({
      model: 'AMD EPYC',
      instructionSet: ['avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'amx'],
    });
  });

  it('reads extensions on arm64, which names no model', () => {
    const text = 'processor\t: 0\nFeatures\t: fp asimd sve i8mm bf16\nCPU part\t: 0xd40\n';
    expect(parseCpuInfo(text)).toEqual({ model: '0xd40', instructionSet: ['neon', 'sve', 'i8mm', 'bf16'] });
  });

  it('says unknown where the text says nothing', () => {
    expect(parseCpuInfo('')).toEqual({ model: 'unknown', instructionSet: [] });
  });
});

describe('mappedLibraries', () => {
  it('gives the files of shared libraries, each once', () => {
    const maps = [
      '7f6a-7f6b r--p 00000000 fe:00 131 /cache/nvidia/cublas/lib/libcublas.so.12',
      '7f6b-7f6c r-xp 00010000 fe:00 131 /cache/nvidia/cublas/lib/libcublas.so.12',
      '7f6c-7f6d rw-p 00000000 00:00 0 ',
      '7f6d-7f6e r-xp 00000000 fe:00 9 /usr/bin/node',
      '7f6e-7f6f r-xp 00000000 fe:00 7 /a b/tfjs_binding.node',
      '7ffc-7ffd rw-p 00000000 00:00 0 [stack]',
    ];
    expect(mappedLibraries(maps.join('\n'))).toEqual([
      '/cache/nvidia/cublas/lib/libcublas.so.12',
      '/a b/tfjs_binding.node',
    ]);
  });
});

describe('doctor lines', () => {
  it('have a mark, a name, what was found and the remedy', () => {
    const checks = [
      { name: 'Node', status: 'ok' as const, detail: '20.19.0', remedy: null },
      { name: 'compiler', status: 'missing' as const, detail: 'g++ not found', remedy: 'install g++' },
    ];
    expect(formatChecks(checks)).toBe('ok       Node      20.19.0\nmissing  compiler  g++ not found -> install g++\n');
  });
});

describe('progress', () => {
  const record = (isTTY: boolean) => {
    let time = 0;
    let printed = '';
    const step = startStep({ write: (text) => (printed += text), isTTY, columns: 40 }, '[2/4] library', () => time);
    return { step, printed: () => printed, pass: (ms: number) => (time += ms) };
  };

  it('rewrites one line on a terminal, no wider than it', () => {
    const { step, printed, pass } = record(true);
    step.update('downloading 274 MB ... 35%');
    pass(2000);
    step.done();
    expect(printed()).toBe('\r\x1b[K[2/4] library: downloading 274 MB ... 3\r\x1b[K[2/4] library: done (2 s)\n');
  });

  it('writes plain lines elsewhere, one in 15 seconds', () => {
    const { step, printed, pass } = record(false);
    for (const percent of [0, 10, 20, 30]) {
      step.update(`${percent}%`);
      pass(7500);
    }
    step.done();
    expect(printed()).toBe('[2/4] library: 0%\n[2/4] library: 20% (15 s)\n[2/4] library: done (30 s)\n');
  });

  it.each([
    [273_829_956, '274 MB'],
    [3_378_440_367, '3.4 GB'],
    [12, '1 kB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('cpuLimit', () => {
  const from = (files: Record<string, string>) => (path: string) => files[path] ?? null;

  it.each([
    ['two of a container’s own root', '0::/\n', { '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
    ['one and a half', '0::/a\n', { '/sys/fs/cgroup/a/cpu.max': '150000 100000\n' }, 1.5],
    ['none', '0::/a\n', { '/sys/fs/cgroup/a/cpu.max': 'max 100000\n' }, Number.POSITIVE_INFINITY],
    [
      'the smallest of nested groups',
      '0::/kubepods/pod/container\n',
      {
        '/sys/fs/cgroup/kubepods/cpu.max': '800000 100000\n',
        '/sys/fs/cgroup/kubepods/pod/cpu.max': '300000 100000\n',
        '/sys/fs/cgroup/kubepods/pod/container/cpu.max': 'max 100000\n',
      },
      3,
    ],
    [
      'version 1',
      '11:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n',
      {
        '/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us': '250000\n',
        '/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us': '100000\n',
      },
      2.5,
    ],
    [
      'version 1 in a container, which sees its group as the root',
      '4:cpu,cpuacct:/docker/x\n',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      0.5,
    ],
    [
      'version 1 without a quota',
      '4:cpu:/\n',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      Number.POSITIVE_INFINITY,
    ],
    [
      'other controllers’ groups',
      '5:memory:/a\n',
      { '/sys/fs/cgroup/memory/a/cpu.max': '1 1' },
      Number.POSITIVE_INFINITY,
    ],
    ['no such system', '', {}, Number.POSITIVE_INFINITY],
    ['a group above the namespace’s root', '0::/../a\n', { '/sys/fs/cgroup/a/cpu.max': '100000 100000' }, 1],
  ])('reads %s', (_, cgroup, files, limit) => {
    expect(cpuLimit(cgroup, from(files as Record<string, string>))).toBe(limit);
  });

  it('bounds the cores to use by a whole number, at least one', () => {
    const cores = usableCores();
    expect(cores).toBeGreaterThanOrEqual(1);
    expect(cores).toBeLessThanOrEqual(availableParallelism());
    expect(Number.isInteger(cores)).toBe(true);
  });
});
