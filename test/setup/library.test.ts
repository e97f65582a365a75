import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFiles } from '../../harness/setup/files.mjs';
import { requirements } from '../../harness/setup/library.mjs';
import { libraryPins } from '../../harness/setup/pins.mjs';
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

  it('name no wheel twice', () => {
    const hashes = wheels.map(({ sha256 }) => sha256);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('unpacking a wheel', () => {
  const zip = (members: Record<string, string>) => {
    const code =
      'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w")\nfor n,t in json.loads(sys.argv[2]).items(): z.writestr(n,t)\nz.close()';
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
