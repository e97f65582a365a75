import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nvidiaDriver } from '../../harness/setup/platform.mjs';
import { type FakeCheckout, makeCheckout, makeFolder, removeTool } from './fake-checkout.ts';
import { asStranger } from './other-user.ts';

let folder: string;
let checkout: FakeCheckout;
beforeEach(() => {
  folder = makeFolder();
  checkout = makeCheckout(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(entry: 'start' | 'doctor', ...args: string[]) {
  return runAs([], entry, ...args);
}

function runAs(user: readonly string[], entry: 'start' | 'doctor', ...args: string[]) {
  const script = join(checkout.root, `harness/setup/${entry}.mjs`);
  const [file = '', ...rest] = [...user, process.execPath, script, ...args];
  const ended = spawnSync(file, rest, { env: checkout.env, cwd: folder, encoding: 'utf8' });
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

  it.each([
    [['setup', '--foo'], 'setup: unknown option --foo.'],
    [['setup', 'all'], 'setup: unknown argument all.'],
    [['setup', '--device', 'tpu'], '--device tpu: there is no such device.'],
    [['setup', '--device=tpu'], '--device tpu: there is no such device.'],
    [['setup', '--device'], '--device: there is no such device.'],
    [['suite', 'compression', '--device', 'tpu'], '--device tpu: there is no such device.'],
    [['doctor', '--device', 'tpu'], '--device tpu: there is no such device.'],
    [['doctor', '--fix'], 'doctor: unknown option --fix.'],
  ])('refuses %j with a sentence, before anything is set up', (argv, message) => {
    const { status, stderr, stdout } = run('start', ...argv);
    expect([status, stdout, stderr.split('\n')[0]]).toEqual([2, '', message]);
    expect(stderr).toMatch(/\n {2}Remedy: [^\n]+\n$/);
    expect(checkout.calls()).toEqual([]);
  });

  it('tells name and version without a set-up', () => {
    checkout.write('package.json', '{"type": "module", "name": "mine", "version": "1.2.3"}');
    for (const argv of [['suite', '--version'], ['--version'], ['setup', '--version'], ['doctor', '--version']]) {
      expect(run('start', ...argv)).toMatchObject({
        status: 0,
        stdout: `mine 1.2.3, no commit, Node ${process.version}\n`,
      });
    }
    expect(checkout.calls()).toEqual([]);
  });

  it('tells the commit, and whether the tree is changed, where git knows', () => {
    checkout.write('package.json', '{"type": "module", "name": "mine", "version": "1.2.3"}');
    checkout.env.PATH = `${checkout.bin}:${process.env.PATH}`;
    const git = (...args: string[]) => {
      const as = ['-c', 'user.name=me', '-c', 'user.email=me@example.org'];
      return execFileSync('git', ['-C', checkout.root, ...as, ...args], { encoding: 'utf8' }).trim();
    };
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    const commit = git('rev-parse', 'HEAD');
    expect(run('start', 'suite', '--version').stdout).toBe(`mine 1.2.3, commit ${commit}, Node ${process.version}\n`);
    checkout.write('suites/first.ts', '2');
    expect(run('start', 'suite', '--version').stdout).toBe(
      `mine 1.2.3, commit ${commit} with changes, Node ${process.version}\n`,
    );
  });

  it('refuses a cache where no folder can be made', () => {
    checkout.env.FACTORBENCH_CACHE = '/proc/factorbench/cache';
    const { status, stderr } = run('start', 'setup');
    expect(status).toBe(2);
    expect(stderr).toMatch(/\/proc\/factorbench cannot be used \(\w+\): .*\.\n {2}Remedy: .*FACTORBENCH_CACHE/);
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
    const help = run('start', 'setup', '--help');
    expect(help).toMatchObject({ status: 0, stderr: expect.stringContaining('usage:') });
    expect(help.stderr).toContain('--device cpu|gpu');
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

  it('names the folder to make again where the loader names a damaged file, and never the whole cache', () => {
    run('start', 'setup');
    const [library = '', binding = ''] = readdirSync(checkout.cache).sort().reverse();
    const remedy = () => report().checks.find((check: { name: string }) => check.name === 'engine').remedy;
    const places = [library, binding].map((name) => join(checkout.cache, name));
    expect(remedy()).toBe(`delete ${places.join(' and ')} and run npm run setup`);
    checkout.write('node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"main": "index.js"}');
    const said = `${places[0]}/tensorflow/libtensorflow_cc.so.2: invalid ELF header`;
    checkout.write('node_modules/@tensorflow/tfjs-node-gpu/index.js', `throw new Error('${said}')`);
    expect(remedy()).toBe(`delete ${places[0]} and run npm run setup`);
  });

  it('says what is wrong with a data folder that is a file, and prints its other lines', () => {
    checkout.write('data', 'a file');
    const { checks, statusOf } = report();
    expect(checks.find((check: { name: string }) => check.name === 'data')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining(`${join(checkout.root, 'data')} cannot be read (ENOTDIR): `),
    });
    expect(statusOf('cpu')).toBe('ok');
    checkout.env.FACTORBENCH_DATA = join(checkout.root, 'data');
    expect(report().statusOf('data')).toBe('missing');
  });

  it('warns of a checkout below a folder with #', () => {
    expect(report().statusOf('checkout')).toBe('ok');
    checkout = makeCheckout(folder, 'a#b');
    expect(report().checks[1]).toMatchObject({ name: 'checkout', status: 'warn', detail: /npm test finds no tests/ });
  });
});

describe.skipIf(asStranger === null)('another user', () => {
  const user = asStranger ?? [];
  beforeEach(() => {
    run('start', 'setup');
    chmodSync(folder, 0o755);
  });

  it('is told of a cache that only its owner may read', () => {
    chmodSync(checkout.cache, 0o700);
    const { status, stderr } = runAs(user, 'start', 'list');
    expect(status).toBe(2);
    expect(stderr).toContain('cannot be used (EACCES): permission denied.\n');
    expect(stderr).toMatch(/Remedy: .*set FACTORBENCH_CACHE to a folder of your own\.\n$/);
    const { stdout, stderr: errors } = runAs(user, 'doctor');
    expect(errors).toBe('');
    expect(stdout).toMatch(/missing {2}set-up +\S+ cannot be used \(EACCES\): permission denied/);
    expect(stdout).toMatch(/^ok +cpu /m);
  });

  it('is told of a folder in the cache that cannot be read, beside the other lines', () => {
    mkdirSync(join(checkout.cache, 'data'), { mode: 0o700 });
    const { stdout, stderr } = runAs(user, 'doctor');
    expect(stderr).toBe('');
    expect(stdout).toContain(`what this user may not read: ${join(checkout.cache, 'data')})`);
    expect(stdout).toMatch(/^warn +data +\S+ cannot be read \(EACCES\)/m);
    expect(stdout).toMatch(/^ok +cpu /m);
  });

  it('without a home is told to set one', () => {
    checkout.env = { PATH: checkout.bin };
    rmSync(checkout.cache, { recursive: true });
    const { status, stderr } = runAs(user, 'start', 'list');
    expect([status, stderr]).toEqual([
      2,
      'cache: HOME is not set, and the system knows no folder of this user.\n' +
        '  Remedy: set HOME, or FACTORBENCH_CACHE, to a folder that you can write.\n',
    ]);
  });
});
