import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSetUp } from '../../harness/setup/ensure.mjs';
import { diagnoseOutput, explainFileError, SetupError } from '../../harness/setup/errors.mjs';
import { requireSpace } from '../../harness/setup/files.mjs';
import { type FakeCheckout, leftovers, makeCheckout, makeFolder, removeTool } from './fake-checkout.ts';

let folder: string;
let checkout: FakeCheckout;
const silent = { write: () => true };

beforeEach(() => {
  folder = makeFolder();
  checkout = makeCheckout(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The set-up's failure, which must leave nothing half-done and be recovered from by the next set-up. */
async function failureOf(extra: NodeJS.ProcessEnv, restore = () => {}): Promise<string> {
  const error = await ensureSetUp(checkout.context(extra), silent).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SetupError);
  expect(leftovers(checkout)).toEqual([]);
  restore();
  expect(await ensureSetUp(checkout.context(), silent)).toBe(true);
  expect(await ensureSetUp(checkout.context(), silent)).toBe(false);
  return (error as Error).message;
}

describe('a failing set-up says what, why and the remedy, and the next one recovers', () => {
  const restored = (tool: string) => {
    removeTool(checkout, tool);
    return () => void makeCheckout(folder);
  };

  it('no npm', async () => {
    expect(await failureOf({}, restored('npm'))).toMatch(/^dependencies: npm was not found\.\n {2}Remedy: install npm/);
  });

  it('no python3', async () => {
    const message = await failureOf({}, restored('python3'));
    expect(message).toMatch(
      /^TensorFlow library: python3 was not found\.\n {2}Remedy: install Python 3 with pip \(Debian/,
    );
  });

  it('no compiler', async () => {
    const message = await failureOf({}, restored('g++'));
    expect(message).toContain('binding: g++ was not found.\n  Remedy: install g++ (Debian: apt-get install g++)');
  });

  it('no pip', async () => {
    const message = await failureOf({ FAKE_PIP_ERROR: '/usr/bin/python3: No module named pip' });
    expect(message).toMatch(/pip is not installed\.\n {2}Remedy: install it \(Debian: apt-get install python3-pip\)/);
  });

  it('no network for npm, which leaves a half-done node_modules', async () => {
    const message = await failureOf({ FAKE_NPM_ERROR: 'npm error code EAI_AGAIN' });
    expect(message).toMatch(/^dependencies: the package registry cannot be reached/);
  });

  it('no network for pip', async () => {
    const message = await failureOf({
      FAKE_PIP_ERROR:
        'WARNING: Retrying after connection broken by NewConnectionError\nERROR: No matching distribution found',
    });
    expect(message).toMatch(/^TensorFlow library: the package registry cannot be reached/);
  });

  it('a file with another hash', async () => {
    const message = await failureOf({
      FAKE_PIP_ERROR: 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
    });
    expect(message).toMatch(/^TensorFlow library: what was downloaded does not have the pinned hash/);
  });

  it('an npm cache of another user: npm’s own remedy, not another cache of ours', async () => {
    const said =
      'npm error code EACCES\nnpm error Your cache folder contains root-owned files, due to a bug in previous versions ' +
      'of npm\nnpm error   sudo chown -R 1000:1000 "/home/me/.npm"';
    const message = await failureOf({ FAKE_NPM_ERROR: said });
    expect(message).toMatch(/^dependencies: npm’s cache holds files of another user.*\n {2}Remedy: run the chown/);
    expect(message).toContain('sudo chown -R 1000:1000');
  });

  it('a full disk in pip', async () => {
    const message = await failureOf({ FAKE_PIP_ERROR: 'ERROR: Could not install: [Errno 28] No space left on device' });
    expect(message).toMatch(/the disk is full\.\n {2}Remedy: free some space, or set FACTORBENCH_CACHE/);
  });

  it('a compiler that fails: the end of what it says is shown', async () => {
    const message = await failureOf({
      FAKE_GXX_ERROR: `${'noise\n'.repeat(100)}tfjs_binding.cc:1: fatal error: no <string>`,
    });
    expect(message).toMatch(/^binding: g\+\+ failed \(exit code 1\)/);
    expect(message).toMatch(/ {2}\| tfjs_binding\.cc:1: fatal error: no <string>$/);
    expect(message.split('\n').length).toBeLessThan(30);
  });

  it('sources that do not compile: the old build stays', async () => {
    await ensureSetUp(checkout.context(), silent);
    checkout.write('suites/first.ts', 'type error');
    const built = join(checkout.root, 'build/suites/first.js');
    await expect(ensureSetUp(checkout.context(), silent)).rejects.toThrow(/suites\/first\.ts: error TS2322/);
    expect(readFileSync(built, 'utf8')).toMatch(/ 1$/);
    expect(leftovers(checkout)).toEqual([]);
    checkout.write('suites/first.ts', '3');
    expect(await ensureSetUp(checkout.context(), silent)).toBe(true);
    expect(readFileSync(built, 'utf8')).toMatch(/ 3$/);
  });

  it('a cache that is no folder', async () => {
    const place = join(folder, 'file');
    writeFileSync(place, '');
    const message = await failureOf({ FACTORBENCH_CACHE: place });
    expect(message).toMatch(/is not a folder.*\n {2}Remedy: .*FACTORBENCH_CACHE/);
  });

  it('a missing lock file', async () => {
    rmSync(join(checkout.root, 'package-lock.json'));
    await expect(ensureSetUp(checkout.context(), silent)).rejects.toThrow(/has no package-lock\.json/);
    expect(existsSync(join(checkout.root, 'node_modules'))).toBe(false);
  });
});

describe('file errors', () => {
  it('explains a full disk, met while writing', () => {
    let error: unknown;
    try {
      writeFileSync('/dev/full', 'x');
    } catch (reason) {
      error = reason;
    }
    const explained = explainFileError(error, 'build', 'use another disk') as Error;
    expect(explained).toBeInstanceOf(SetupError);
    expect(explained.message).toMatch(
      /^build: .*\(ENOSPC\): the disk is full\.\n {2}Remedy: free some space, or use another disk/,
    );
  });

  it('explains a read-only place', () => {
    const error = Object.assign(new Error('x'), { code: 'EROFS', path: '/cache/a' });
    const explained = explainFileError(error, 'binding', 'set FACTORBENCH_CACHE') as Error;
    expect(explained.message).toMatch(/^binding: \/cache\/a cannot be used \(EROFS\): the file system is read-only\./);
  });

  it('leaves other errors as they are', () => {
    const error = new Error('x');
    expect(explainFileError(error, 'build', 'y')).toBe(error);
  });

  it('refuses to begin on a disk without the space that is needed', () => {
    expect(() => requireSpace('TensorFlow library', folder, 1e18)).toThrow(/free, 1000000000\.0 GB are needed/);
    expect(() => requireSpace('TensorFlow library', folder, 1)).not.toThrow();
  });

  it('does not take a silent lack of network for a missing version', () => {
    const text = 'ERROR: Could not find a version that satisfies the requirement a==1';
    expect(diagnoseOutput(`${text} (from versions: none)`)?.why).toContain('cannot be reached');
    expect(diagnoseOutput(`${text} (from versions: 2, 3)`)?.why).toBe(
      'the package registry does not offer the pinned file',
    );
  });

  it('does not guess at output that it does not know', () => {
    expect(diagnoseOutput('internal compiler error')).toBeNull();
  });
});
