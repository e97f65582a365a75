import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFiles } from '../../harness/setup/files.mjs';
import { requirements } from '../../harness/setup/library.mjs';
import { libraryPins } from '../../harness/setup/pins.mjs';
import { compareVersions } from '../../harness/setup/platform.mjs';
import { makeFolder, setupFolder } from './fake-checkout.ts';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wheels = Object.values(libraryPins).flatMap(({ cpu, gpu }) => [...cpu.wheels, ...(gpu?.wheels ?? [])]);

describe('pins', () => {
  it.each(wheels.map((wheel) => [`${wheel.name} ${wheel.platform}`, wheel] as const))(
    '%s has a whole hash, a size and a platform',
    (_, wheel) => {
      expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(wheel.platform).toMatch(/^manylinux_2_\d+_(x86_64|aarch64)$/);
      expect(wheel.bytes).toBeGreaterThan(1e6);
    },
  );

  it('are given to pip as exact versions with their hash', () => {
    expect(requirements(libraryPins['linux-x64'].cpu)).toBe(
      'tensorflow-cpu==2.21.0 --hash=sha256:2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c\n',
    );
  });

  /** What TensorFlow 2.21.0 asks for in its extra `and-cuda`: at least, and below. */
  const andCuda: Record<string, [string, string]> = {
    'nvidia-cublas-cu12': ['12.5.3.2', '13.0'],
    'nvidia-cuda-cupti-cu12': ['12.5.82', '13.0'],
    'nvidia-cuda-nvcc-cu12': ['12.5.82', '13.0'],
    'nvidia-cuda-nvrtc-cu12': ['12.5.82', '13.0'],
    'nvidia-cuda-runtime-cu12': ['12.5.82', '13.0'],
    'nvidia-cudnn-cu12': ['9.3.0.75', '10.0'],
    'nvidia-cufft-cu12': ['11.2.3.61', '12.0'],
    'nvidia-curand-cu12': ['10.3.6.82', '11.0'],
    'nvidia-cusolver-cu12': ['11.6.3.83', '12.0'],
    'nvidia-cusparse-cu12': ['12.5.1.3', '13.0'],
    'nvidia-nccl-cu12': ['2.27.7', '3.0'],
    'nvidia-nvjitlink-cu12': ['12.5.82', '13.0'],
  };

  it('of CUDA are those of the wheel’s extra, within its ranges', () => {
    const [tensorflow, ...cuda] = libraryPins['linux-x64'].gpu!.wheels;
    expect([tensorflow!.name, tensorflow!.version]).toEqual(['tensorflow', '2.21.0']);
    expect(cuda.map(({ name }) => name).sort()).toEqual(Object.keys(andCuda).sort());
    for (const { name, version } of cuda) {
      const [least, below] = andCuda[name]!;
      expect(compareVersions(version, least), `${name} ${version}`).toBeGreaterThanOrEqual(0);
      expect(compareVersions(version, below), `${name} ${version}`).toBeLessThan(0);
    }
  });

  it('hold for each platform wheels of its own architecture, and CUDA on x64 only', () => {
    for (const [platform, architecture] of [
      ['linux-x64', 'x86_64'],
      ['linux-arm64', 'aarch64'],
    ] as const) {
      const { cpu, gpu } = libraryPins[platform];
      for (const wheel of [...cpu.wheels, ...(gpu?.wheels ?? [])]) expect(wheel.platform).toContain(architecture);
      expect(gpu !== undefined).toBe(platform === 'linux-x64');
    }
  });

  it('name no wheel twice', () => {
    const hashes = wheels.map(({ sha256 }) => sha256);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('unpacking a wheel', () => {
  const zip = (members: Record<string, string>) => {
    const code =
      'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w")\nfor n,t in json.loads(sys.argv[2]).items(): ' +
      'z.writestr(n,t)\nz.close()';
    execFileSync('python3', ['-c', code, join(folder, 'a.whl'), JSON.stringify(members)]);
  };
  const unpack = (...prefixes: string[]) =>
    spawnSync('python3', [join(setupFolder, 'unpack.py'), join(folder, 'a.whl'), join(folder, 'out'), ...prefixes], {
      encoding: 'utf8',
    });

  it('keeps only what is asked for', () => {
    zip({ 'tensorflow/lib.so.2': 'library', 'tensorflow/include/tsl/a.h': 'header', 'tensorflow/python/a.py': 'no' });
    expect(unpack('tensorflow/lib.so.2', 'tensorflow/include/tsl/').status).toBe(0);
    expect(listFiles(join(folder, 'out'), '\\.', true)).toEqual(['tensorflow/include/tsl/a.h', 'tensorflow/lib.so.2']);
    expect(readFileSync(join(folder, 'out/tensorflow/lib.so.2'), 'utf8')).toBe('library');
  });

  it('refuses a member that leads out of the folder', () => {
    zip({ 'tensorflow/../../evil': 'x' });
    const { status, stderr } = unpack('tensorflow/');
    expect(status).not.toBe(0);
    expect(stderr).toContain('leads out of the folder');
    expect(listFiles(folder, 'evil', true)).toEqual([]);
  });

  it('fails on a file that is no wheel', () => {
    execFileSync('python3', ['-c', 'import sys;open(sys.argv[1],"w").write("x")', join(folder, 'a.whl')]);
    expect(unpack('tensorflow/').status).not.toBe(0);
  });
});
