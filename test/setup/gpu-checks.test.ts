import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCudaLibraries, checkGpu, checkLoaded, cudaLibraries } from '../../harness/setup/gpu-checks.mjs';
import { nvidiaDriver } from '../../harness/setup/platform.mjs';
import { tryTool } from '../../harness/setup/try-tool.mjs';
import { failures, gpuLists, gpuTables } from '../helpers/nvidia-smi-outputs.ts';
import { makeFolder, writeTool } from './fake-checkout.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in for NVIDIA's tool: `-L` prints the list, every query the table. */
function tool(table: string, list = '', exitCode = 0): NodeJS.ProcessEnv {
  const print = `process.argv[2] === '-L' ? ${JSON.stringify(list)} : ${JSON.stringify(table)}`;
  writeTool(folder, 'nvidia-smi', `process.stdout.write(${print}); process.exitCode = ${exitCode};`);
  return { PATH: folder };
}

describe('tryTool', () => {
  it('takes a file on the PATH that may not be run for a tool that is not installed', () => {
    writeTool(folder, 'nvidia-smi', '');
    chmodSync(join(folder, 'nvidia-smi'), 0o644);
    expect(tryTool('nvidia-smi', [], { PATH: folder }).error).toBe('nvidia-smi not found');
  });
});

describe('checkGpu', () => {
  it('names GPUs, memory and driver', () => {
    expect(checkGpu(tool(gpuTables.two, gpuLists.two))).toMatchObject({
      status: 'ok',
      detail: 'NVIDIA H100 80GB HBM3, 81559 MiB (81078 free); NVIDIA L4, 23034 MiB (12100 free); driver 570.86.15',
    });
  });

  it('shows a warning of the tool (exit code 14) beside its answer', () => {
    const checked = checkGpu(tool(`${gpuTables.two}WARNING: infoROM is corrupted\n`, gpuLists.two, 14));
    expect(checked).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^NVIDIA H100.*infoROM is corrupted$/),
    });
    expect(checkGpu(tool(gpuTables.two, gpuLists.two, 15)).status).toBe('warn');
  });

  it('names MIG instances, and memory that is not told', () => {
    expect(checkGpu(tool(gpuTables.migInContainer, gpuLists.mig)).detail).toBe(
      'NVIDIA A100-SXM4-40GB, memory not told; MIG 3g.20gb, 1g.5gb+me; driver 535.161.08',
    );
  });

  it('warns of a driver that is too old', () => {
    expect(checkGpu(tool(gpuTables.old, ''))).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('470.223.02 is too old for CUDA 12, which needs 525.60.13'),
      remedy: expect.stringContaining('update the driver'),
    });
  });

  it.each([
    ['driverGone', 'no NVIDIA driver is running'],
    ['mismatch', 'another version than its libraries'],
    ['noPermission', 'may not open the GPU'],
    ['noDevices', 'finds no GPU'],
  ] as const)('explains a tool that fails: %s', (key, why) => {
    expect(checkGpu(tool(failures[key], '', 9))).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining(why),
    });
  });

  it.skipIf(nvidiaDriver({}).installed)('says that the CPU is used where there is no driver', () => {
    expect(checkGpu({ PATH: folder })).toMatchObject({ status: 'ok', detail: 'none: the CPU is used' });
  });
});

describe('checkLoaded', () => {
  it('names the pinned libraries, and the driver’s', () => {
    const loaded = ['/c/tf/tensorflow/libtensorflow_cc.so.2', '/c/tf/nvidia/cudnn/lib/libcudnn.so.9', '/lib/libc.so.6'];
    expect(checkLoaded([...loaded, '/lib/libcuda.so.1'], '/c/tf')).toMatchObject({
      status: 'ok',
      detail: 'libcudnn.so.9, libtensorflow_cc.so.2; driver /lib/libcuda.so.1',
    });
  });

  it('knows them by their real paths where the cache is named by a link', () => {
    const real = join(folder, 'real/tensorflow');
    mkdirSync(real, { recursive: true });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(checkLoaded([join(real, 'libtensorflow_cc.so.2')], join(folder, 'link')).status).toBe('ok');
    expect(checkLoaded(['/other/libtensorflow_cc.so.2'], join(folder, 'link')).status).toBe('warn');
  });

  it('warns of libraries from elsewhere', () => {
    const loaded = ['/c/tf/tensorflow/libtensorflow_cc.so.2', '/usr/lib/libcudnn.so.9'];
    expect(checkLoaded(loaded, '/c/tf')).toMatchObject({
      status: 'warn',
      detail: 'not the pinned ones: /usr/lib/libcudnn.so.9',
      remedy: expect.stringContaining('LD_LIBRARY_PATH'),
    });
  });
});

describe('checkCudaLibraries', () => {
  const check = (env: NodeJS.ProcessEnv = {}) =>
    checkCudaLibraries({ libraryFolder: folder, cache: folder, env } as Parameters<typeof checkCudaLibraries>[0]);
  const at = (path: string) => join(folder, 'nvidia', path);

  /** A library of nothing but its name, and of what it needs, which it looks for as the wheels' do. */
  function build(path: string, needs?: string): void {
    const output = at(path);
    mkdirSync(dirname(output), { recursive: true });
    const name = output.split('/').at(-1)!;
    const needed = needs === undefined ? [] : [at(needs), `-Wl,-rpath,$ORIGIN/../../${dirname(needs)}`];
    const args = ['-shared', '-fPIC', '-x', 'c', '-', '-x', 'none', `-Wl,--no-as-needed,-soname,${name}`, ...needed];
    execFileSync('gcc', [...args, '-o', output], { input: 'int nothing;' });
  }

  it('opens all of them with what they need, without LD_LIBRARY_PATH, and says what is not found', () => {
    const needed = 'nvjitlink/lib/libnvJitLink.so.12';
    build(needed);
    for (const path of cudaLibraries) build(path, path.includes('cusparse') ? needed : undefined);
    const opened = check();
    expect([opened.status, opened.detail]).toEqual(['ok', expect.stringContaining('libnvJitLink.so.12')]);
    expect(opened.detail).toMatch(new RegExp(`^${cudaLibraries.length + 1} open: `));

    rmSync(at(needed));
    expect(check()).toMatchObject({
      status: 'missing',
      detail: expect.stringContaining('libnvJitLink.so.12: cannot open'),
    });
    rmSync(at('cudnn/lib/libcudnn.so.9'));
    expect(check()).toMatchObject({ status: 'missing', detail: expect.stringMatching(/^absent: .*libcudnn\.so\.9$/) });
  });
});
