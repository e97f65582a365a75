import { describe, expect, it } from 'vitest';
import {
  explainToolFailure,
  parseClockReasons,
  parseGpuList,
  parseGpus,
  parseProcesses,
  profileMemory,
  readAnswer,
} from '../../harness/setup/nvidia-smi.mjs';
import { failures, gpuLists, gpuTables, processTables } from '../helpers/nvidia-smi-outputs.ts';

describe('readAnswer', () => {
  const warned = '0, GPU-1, A100\nWARNING: infoROM is corrupted at gpu 0000:3B:00.0\n';

  it('takes exit code 14 for an answer with a warning', () => {
    expect(readAnswer(14, warned)).toEqual({
      output: '0, GPU-1, A100',
      warnings: ['infoROM is corrupted at gpu 0000:3B:00.0'],
    });
    expect(readAnswer(14, '0x0000000000000004\nWARNING: x')?.output).toBe('0x0000000000000004');
    expect(readAnswer(0, 'row\n')).toEqual({ output: 'row', warnings: [] });
  });

  it.each([1, 2, 6, 9, 12, 15, 255, null, undefined])('takes exit code %s for a failure', (code) => {
    expect(readAnswer(code, warned)).toBeNull();
  });
});

describe('parseGpus', () => {
  it('reads a line a GPU', () => {
    expect(parseGpus(gpuTables.two)).toEqual([
      {
        index: '0',
        uuid: 'GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6',
        name: 'NVIDIA H100 80GB HBM3',
        driver: '570.86.15',
        totalMiB: 81559,
        freeMiB: 81078,
      },
      {
        index: '1',
        uuid: 'GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455',
        name: 'NVIDIA L4',
        driver: '570.86.15',
        totalMiB: 23034,
        freeMiB: 12100,
      },
    ]);
  });

  it.each([
    ['[N/A]', gpuTables.sharedMemory],
    ['[Insufficient Permissions]', gpuTables.migInContainer],
  ])('has no memory where the tool says %s', (_what, output) => {
    expect(parseGpus(output)).toMatchObject([{ index: '0', totalMiB: null, freeMiB: null }]);
  });

  it.each(Object.entries(failures))('reads no GPU from a message: %s', (_what, output) => {
    expect(parseGpus(output)).toEqual([]);
  });
});

describe('parseProcesses', () => {
  it('reads a line for each process on each GPU', () => {
    const [h100, l4] = ['GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6', 'GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455'];
    expect(parseProcesses(processTables.two)).toEqual([
      { gpu: h100, pid: 4242, usedMiB: 1530 },
      { gpu: h100, pid: 17, usedMiB: 9000 },
      { gpu: l4, pid: 4242, usedMiB: 20 },
    ]);
  });

  it('has no memory where the tool does not tell it', () => {
    expect(parseProcesses(processTables.notTold).map(({ pid, usedMiB }) => [pid, usedMiB])).toEqual([
      [4242, null],
      [4243, null],
      [4244, null],
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no process', processTables.none],
    ['no permission for anything', processTables.forbidden],
    ...Object.entries(failures),
  ])('reads no process from %s', (_what, output) => {
    expect(parseProcesses(output)).toEqual([]);
  });
});

describe('parseGpuList', () => {
  it('reads GPUs without instances', () => {
    expect(parseGpuList(gpuLists.two).map(({ name, instances }) => [name, instances])).toEqual([
      ['NVIDIA H100 80GB HBM3', []],
      ['NVIDIA L4', []],
    ]);
  });

  it('reads the MIG instances of each GPU', () => {
    expect(parseGpuList(gpuLists.mig)).toEqual([
      {
        uuid: 'GPU-b7c4e1d2-3f4a-5b6c-7d8e-9f0a1b2c3d4e',
        name: 'NVIDIA A100-SXM4-40GB',
        instances: [
          { uuid: 'MIG-5b1f0a52-8c1f-5d6e-9a3b-1c2d3e4f5a6b', profile: '3g.20gb' },
          { uuid: 'MIG-8d2e1b63-9d20-5e7f-8b4c-2d3e4f5a6b7c', profile: '1g.5gb+me' },
        ],
      },
      { uuid: 'GPU-11111111-2222-3333-4444-555555555555', name: 'NVIDIA A100-SXM4-40GB', instances: [] },
    ]);
  });

  it('reads nothing from a message', () => {
    expect(parseGpuList(failures.driverGone)).toEqual([]);
  });

  it.each([
    ['3g.20gb', 20480],
    ['1g.5gb+me', 5120],
    ['1c.3g.20gb', 20480],
    ['odd', null],
  ])('knows the nominal memory of %s', (profile, mebibytes) => {
    expect(profileMemory(profile)).toBe(mebibytes);
  });
});

describe('parseClockReasons', () => {
  it.each([
    ['0x0000000000000000', []],
    ['0x0000000000000001\n', []],
    ['0x0000000000000004', ['power cap']],
    ['0x0000000000000068', ['hardware slowdown', 'thermal slowdown by the driver', 'thermal slowdown by the hardware']],
    ['0x8000000000000080', ['power brake']],
  ])('reads %s', (output, expected) => {
    expect(parseClockReasons(output)).toEqual(expected);
  });

  it.each(['[N/A]', '', 'Not Active', failures.unknownField])('is null at %s', (output) => {
    expect(parseClockReasons(output)).toBeNull();
  });
});

describe('explainToolFailure', () => {
  it.each([
    ['driverGone', 'no NVIDIA driver is running', 'modprobe nvidia'],
    ['mismatch', 'the running NVIDIA driver is another version than its libraries', 'restart the machine'],
    ['noPermission', 'this user may not open the GPU', '/dev/nvidia*'],
    ['noDevices', 'the NVIDIA driver finds no GPU', 'lspci'],
    ['lost', 'the GPU no longer answers', 'restart the machine'],
    ['containerLost', 'the container has lost its access', 'restart the container'],
  ] as const)('%s: says why, and a remedy', (key, why, remedy) => {
    const explained = explainToolFailure(failures[key]);
    expect(explained.why).toContain(why);
    expect(explained.remedy).toContain(remedy);
    expect(explained.remedy).toContain('--device cpu');
  });

  it('shows the first line of what it does not know', () => {
    expect(explainToolFailure('Segmentation fault\nmore').why).toBe('nvidia-smi failed: Segmentation fault');
    expect(explainToolFailure('').why).toBe('nvidia-smi failed');
  });
});
