import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isNodeTooOld } from '../../harness/setup/node-version.mjs';
import {
  bindingLink,
  cacheFolder,
  chooseDevice,
  compareVersions,
  driverTooOld,
  judgeDriver,
  linkedDevice,
  nvidiaDriver,
  requestedDevice,
  requireGlibc,
  selectLibrary,
  selectPlatform,
} from '../../harness/setup/platform.mjs';
import { makeFolder, writeTool } from './fake-checkout.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Node', () => {
  it.each([
    ['20.19.0', false],
    ['20.18.3', true],
    ['18.20.8', true],
    ['21.0.0', false],
    ['24.21.0', false],
  ])('%s is too old: %s', (version, tooOld) => {
    expect(isNodeTooOld(version)).toBe(tooOld);
  });
});

describe('platform', () => {
  it('is Linux on x64 or arm64', () => {
    expect(['linux-x64', 'linux-arm64'].map(selectPlatform)).toEqual(['linux-x64', 'linux-arm64']);
  });

  it.each(['darwin-arm64', 'win32-x64', 'linux-riscv64', 'toString'])('%s is refused with a remedy', (key) => {
    expect(() => selectPlatform(key)).toThrow(
      new RegExp(`no pinned library for ${key}\\.\\n {2}Remedy: use Linux on x64 or arm64`),
    );
  });

  it('needs glibc 2.27', () => {
    expect(() => requireGlibc('2.27')).not.toThrow();
    expect(() => requireGlibc('2.36')).not.toThrow();
    expect(() => requireGlibc('2.17')).toThrow(/this system has 2\.17/);
    expect(() => requireGlibc(undefined)).toThrow(/another C library \(musl\?\)/);
  });

  it('compares versions by number, not by text', () => {
    expect(compareVersions('2.9', '2.27')).toBeLessThan(0);
    expect(compareVersions('2.27.0', '2.27')).toBe(0);
    expect(compareVersions('3.0', '2.99')).toBeGreaterThan(0);
  });
});

describe('device', () => {
  const facts = { requested: null, driver: false, linked: null, explicit: false };

  it.each([
    ['cpu', 'nothing is known', {}],
    ['gpu', 'a driver is installed', { driver: true }],
    ['gpu', 'it is asked for', { requested: 'gpu' }],
    ['cpu', 'the CPU is asked for, with a driver', { requested: 'cpu', driver: true }],
    ['gpu', 'the checkout has the CUDA build, which serves the CPU too', { requested: 'cpu', linked: 'gpu' as const }],
    ['gpu', 'the checkout has the CUDA build', { linked: 'gpu' as const }],
    ['cpu', 'the checkout has the CPU build, with a driver', { driver: true, linked: 'cpu' as const }],
    [
      'cpu',
      'setup is told nothing, with a driver and the CPU build',
      { driver: true, linked: 'cpu' as const, explicit: true },
    ],
    ['gpu', 'it is asked for, with the CPU build', { requested: 'gpu', linked: 'cpu' as const }],
    ['cpu', 'setup is told so', { requested: 'cpu', driver: true, linked: 'gpu' as const, explicit: true }],
  ])('is %s where %s', (expected, _, given) => {
    expect(chooseDevice({ ...facts, ...given })).toBe(expected);
  });

  it('is read from the command line', () => {
    expect(requestedDevice(['compression', '--device', 'gpu'])).toBe('gpu');
    expect(requestedDevice(['--device=cpu'])).toBe('cpu');
    expect(requestedDevice(['--devices', 'gpu'])).toBeNull();
  });

  it('is the CPU, with a note, where a driver is found but no CUDA library is pinned', () => {
    expect(selectLibrary('linux-arm64', 'gpu', false)).toMatchObject({
      device: 'cpu',
      note: expect.stringContaining('linux-arm64'),
    });
    expect(() => selectLibrary('linux-arm64', 'gpu', true)).toThrow(/Remedy: use --device cpu/);
    expect(selectLibrary('linux-x64', 'gpu', true)).toMatchObject({ device: 'gpu', note: null });
  });

  it('knows what a checkout is linked to', () => {
    expect(linkedDevice(folder)).toBeNull();
    mkdirSync(dirname(bindingLink(folder)), { recursive: true });
    symlinkSync('/cache/binding-linux-x64-gpu-0123456789abcdef/tfjs_binding.node', bindingLink(folder));
    expect(linkedDevice(folder)).toBe('gpu');
  });
});

describe('the NVIDIA driver', () => {
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const version = (text: string) => `NVRM version: ${text}\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n`;

  it('is not there where nothing tells of it', () => {
    expect(nvidiaDriver({ PATH: folder }, folder)).toEqual({ installed: false, version: null });
  });

  it.each([
    ['NVIDIA UNIX x86_64 Kernel Module  470.223.02  Sat Oct  7 15:39:11 UTC 2023', '470.223.02'],
    ['NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U22)', '570.86.15'],
  ])('has the version that the kernel tells: %s', (text, expected) => {
    put('proc/driver/nvidia/version', version(text));
    put('dev/nvidiactl', '');
    expect(nvidiaDriver({ PATH: '' }, folder)).toEqual({ installed: true, version: expected });
  });

  it('is of no use where only the kernel tells of it, as in a container without a GPU', () => {
    put('proc/driver/nvidia/version', version('NVIDIA UNIX x86_64 Kernel Module  570.86.15  Sat'));
    const driver = nvidiaDriver({ PATH: '' }, folder);
    expect(driver).toEqual({ installed: false, version: '570.86.15' });
    expect(judgeDriver(driver, false)).toEqual({ usable: false, note: null });
    expect(() => judgeDriver(driver, true)).toThrow(
      /570\.86\.15 gives no GPU to this process\.\n.*docker run --gpus all/,
    );
    expect(judgeDriver({ installed: false, version: '470.223.02' }, false)).toEqual({ usable: false, note: null });
  });

  it('is of no use where nvidia-smi fails', () => {
    writeTool(folder, 'nvidia-smi', 'exit 9');
    expect(nvidiaDriver({ PATH: `${folder}:/usr/bin:/bin` }, folder).installed).toBe(false);
  });

  it.each([
    ['a device file, as in a container', () => put('dev/nvidiactl', '')],
    ['a device file under Windows', () => put('dev/dxg', '')],
    ['nvidia-smi on the PATH', () => writeTool(folder, 'nvidia-smi', '')],
  ])('is there, of a version unknown, by %s', (_what, prepare) => {
    prepare();
    expect(nvidiaDriver({ PATH: `/nowhere:${folder}:/usr/bin:/bin` }, folder)).toEqual({
      installed: true,
      version: null,
    });
  });

  it.each([
    ['525.60.13', true],
    ['525.60.12', false],
    ['470.223.02', false],
    ['570.86.15', true],
  ])('%s runs CUDA 12: %s', (given, usable) => {
    expect(driverTooOld(given) === null).toBe(usable);
    expect(judgeDriver({ installed: true, version: given }, false).usable).toBe(usable);
  });

  it('that is too old leaves the CPU, with a note', () => {
    expect(judgeDriver({ installed: true, version: '470.223.02' }, false).note).toBe(
      'the NVIDIA driver 470.223.02 is too old for CUDA 12, which needs 525.60.13 or newer; the CPU is used',
    );
  });

  it('is refused with a remedy where a GPU is asked for', () => {
    expect(() => judgeDriver({ installed: false, version: null }, true)).toThrow(
      /^--device gpu: no NVIDIA driver was found\.\n {2}Remedy: install the NVIDIA driver, 525\.60\.13 or newer/,
    );
    expect(() => judgeDriver({ installed: true, version: '470.223.02' }, true)).toThrow(
      /470\.223\.02 is too old for CUDA 12.*\n {2}Remedy: update the driver, or use --device cpu/,
    );
    expect(judgeDriver({ installed: true, version: null }, true)).toEqual({ usable: true, note: null });
  });
});

describe('cache', () => {
  it('is FACTORBENCH_CACHE, else under XDG_CACHE_HOME, else under the home folder', () => {
    expect(cacheFolder({ FACTORBENCH_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/factorbench');
    expect(cacheFolder({ HOME: '/home/me' })).toBe('/home/me/.cache/factorbench');
    // Of the user's account, never a folder below the current one.
    for (const env of [{}, { HOME: '' }, { HOME: 'relative' }]) {
      expect(cacheFolder(env)).toBe(join(userInfo().homedir, '.cache/factorbench'));
    }
    expect(cacheFolder({ FACTORBENCH_CACHE: 'relative' })).toBe(join(process.cwd(), 'relative'));
  });
});
