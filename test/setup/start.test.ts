import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nvidiaDriver } from '../../harness/setup/platform.mjs';
import { type FakeCheckout, makeCheckout, makeFolder, removeTool } from './fake-checkout.ts';

let folder: string;
let checkout: FakeCheckout;
beforeEach(() => {
  folder = makeFolder();
  checkout = makeCheckout(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(entry: 'start' | 'doctor', ...args: string[]) {
  const script = join(checkout.root, `harness/setup/${entry}.mjs`);
  const ended = spawnSync(process.execPath, [script, ...args], { env: checkout.env, cwd: folder, encoding: 'utf8' });
  if (ended.error) throw ended.error;
  if (ended.signal) throw new Error(`${entry} ended by ${ended.signal}: ${ended.stderr}`);
  return ended;
}

describe('start', () => {
  it('sets up, then hands command and arguments to the command line and returns its exit code', () => {
    const first = run('start', 'suite', 'compression', '--device', 'cpu');
    expect(first.stderr).toContain('[4/4] build: compiled');
    expect([first.stdout, first.status]).toEqual(['["suite","compression","--device","cpu"]\n', 7]);
    const second = run('start', 'suite', 'compression', '--device', 'cpu');
    expect([second.stderr, second.stdout, second.status]).toEqual(['', first.stdout, 7]);
  });

  it('runs the tests for `test`, and returns their exit code', () => {
    const { stdout, status } = run('start', 'test', 'test/setup');
    expect([stdout, status]).toEqual(['vitest run test/setup\n', 3]);
  });

  it('only sets up for `setup`', () => {
    expect(run('start', 'setup')).toMatchObject({ status: 0, stdout: '' });
    const again = run('start', 'setup');
    expect([again.stderr, again.status]).toEqual(['all is set up\n', 0]);
  });

  it('hands `doctor` to the doctor, and sets up nothing', () => {
    expect(run('start', 'doctor', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('doctor') });
    const { stdout, status } = run('start', 'doctor', '--json');
    expect([JSON.parse(stdout).ready, status]).toEqual([false, 1]);
    expect(checkout.calls().filter((call) => call !== 'npm --version' && call !== 'pip')).toEqual([]);
  });

  it('prints a failure without a stack, with exit code 2', () => {
    removeTool(checkout, 'npm');
    const { stderr, status } = run('start', 'list');
    expect(status).toBe(2);
    expect(stderr).toMatch(/npm was not found\.\n {2}Remedy: [^\n]*\n$/);
  });

  it.skipIf(nvidiaDriver({}).installed)('refuses a GPU where there is no driver, before anything is downloaded', () => {
    const { stderr, status } = run('start', 'suite', 'compression', '--device', 'gpu');
    expect([stderr.split('\n')[0], status]).toEqual(['--device gpu: no NVIDIA driver was found.', 2]);
    expect(checkout.calls()).toEqual([]);
  });

  it('explains itself without a command, and for setup --help', () => {
    expect(run('start')).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
    expect(run('start', 'setup', '--help')).toMatchObject({ status: 0, stderr: expect.stringContaining('usage:') });
    expect(checkout.calls()).toEqual([]);
  });
});

describe('doctor', () => {
  const report = (...args: string[]) => {
    const { stdout, status } = run('doctor', '--json', ...args);
    const { ready, checks } = JSON.parse(stdout);
    const statusOf = (name: string) => checks.find((check: { name: string }) => check.name === name).status;
    return { status, ready, checks, statusOf };
  };

  it('says what is missing in a fresh checkout, sets up nothing, and ends with 1', () => {
    removeTool(checkout, 'g++');
    const { status, ready, checks, statusOf } = report();
    expect([status, ready]).toEqual([1, false]);
    expect(['dependencies', 'TensorFlow library', 'binding', 'build', 'engine', 'g++'].map(statusOf)).toEqual(
      Array(6).fill('missing'),
    );
    expect(checks.find((check: { name: string }) => check.name === 'g++').remedy).toContain('apt-get install g++');
    expect(checkout.calls().filter((call) => call !== 'npm --version' && call !== 'pip')).toEqual([]);
  });

  it('warns of a missing tool where nothing needs it any more', () => {
    run('start', 'setup');
    removeTool(checkout, 'g++');
    const { statusOf } = report();
    expect([statusOf('g++'), statusOf('binding'), statusOf('build')]).toEqual(['warn', 'ok', 'ok']);
  });

  it('ends with 1 where all is in place but the engine does not work', () => {
    run('start', 'setup');
    const { status, statusOf } = report();
    // The stand-ins install no engine that could multiply.
    expect([status, statusOf('engine'), statusOf('TensorFlow library')]).toEqual([1, 'missing', 'ok']);
  });

  it('names a data folder that is not there', () => {
    checkout.env.FACTORBENCH_DATA = join(folder, 'no-data');
    const { checks } = report();
    expect(checks.find((check: { name: string }) => check.name === 'data')).toMatchObject({
      status: 'missing',
      detail: `FACTORBENCH_DATA: there is no ${folder}/no-data`,
    });
  });

  it('explains itself, and refuses options that it does not know', () => {
    expect(run('doctor', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('usage:') });
    expect(run('doctor', '--fix')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('unknown option --fix'),
    });
  });
});
