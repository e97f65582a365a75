import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { streamsOf, type Uniform } from '../../harness/random.ts';
import { smokeCells } from '../cli/helpers.ts';
import { asCommitted } from '../helpers/run-file.ts';
import { below } from './mutations.ts';

const commandLine = fileURLToPath(new URL('fixtures/command-line.mjs', import.meta.url));
/** Kills of one test; the environment multiplies them. */
const kills = 2 * Number(process.env.FACTORBENCH_FUZZ ?? 1);
const cells = smokeCells.slice(0, 6).map(({ cell }) => cell);
const only = cells.flatMap((cell) => ['--only', cell]);

let root: string;
let baselines = '';
/** Milliseconds of a run that nothing disturbs. */
let wholeRun = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'factorbench-kills-'));
  baselines = join(root, 'baselines');
  const out = join(root, 'undisturbed');
  const began = performance.now();
  expect((await ended(suite(out))).code).toBe(0);
  wholeRun = performance.now() - began;
  await asCommitted(out);
  expect((await ended(started(['accept', 'compression', '--out', out, '--why', 'first']))).code).toBe(0);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

function started(argv: string[]): ChildProcess {
  const env = { ...process.env, FACTORBENCH_CACHE: join(root, 'cache'), FIXTURE_DELAY: '150' };
  // A group of its own, which all of its processes are in.
  return spawn(process.execPath, [commandLine, baselines, ...argv], { env, detached: true, stdio: 'pipe' });
}

function suite(out: string): ChildProcess {
  return started(['suite', 'compression', ...only, '--jobs', '2', '--out', out]);
}

async function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code: code as number | null, said };
}

/** The processes of a group, its leader first. */
async function membersOf(group: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The name in parentheses may hold anything; state, parent and group follow it.
    const status = await readFile(join('/proc', name, 'stat'), 'utf8').catch(() => '');
    const [state, , ofGroup] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    if (Number(ofGroup) === group && state !== 'Z') found.push(Number(name));
  }
  return found.sort((a, b) => Number(b === group) - Number(a === group));
}

/** Kills the parent, a worker, or all, once; what is not there any more cannot be killed. */
async function strike(group: number, random: Uniform): Promise<string> {
  const [parent, ...workers] = await membersOf(group);
  const signal = random() < 0.7 ? 'SIGKILL' : 'SIGTERM';
  const whom = (['parent', 'worker', 'both'] as const)[below(3, random)] ?? 'both';
  const targets = { parent: [parent], worker: workers.slice(0, 1), both: [parent, ...workers] }[whom];
  for (const pid of targets) {
    try {
      if (pid !== undefined) process.kill(pid, signal);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ESRCH');
    }
  }
  return `${signal} to ${whom}`;
}

/** The records of completed cells, by file. */
async function completedIn(out: string): Promise<Map<string, string>> {
  const dir = join(out, 'records');
  const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')] as const));
  return new Map(texts.filter(([, text]) => JSON.parse(text).status === 'completed'));
}

const longRun = 60_000 + kills * 15_000;
it(
  'a run that is killed at any moment loses nothing, passes nothing, leaves no process, and can go on',
  async () => {
    const random = streamsOf('kills', 0)('moments');
    let [out, folders] = [join(root, 'killed-0'), 0];
    for (let count = 0; count < kills; count++) {
      const before = await completedIn(out);
      const child = suite(out);
      const end = ended(child);
      await sleep(random() * 1.1 * wholeRun);
      const group = child.pid ?? 0;
      const what = `kill ${count}: ${await strike(group, random)}`;
      const { said } = await end;
      expect(said, what).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
      for (let wait = 0; (await membersOf(group)).length > 0; wait++) {
        expect(wait, `${what}: processes are left`).toBeLessThan(100);
        await sleep(100);
      }
      const after = await completedIn(out);
      for (const [name, text] of before) expect(after.get(name), `${what}: lost ${name}`).toBe(text);
      const checked = await ended(started(['check', 'compression', '--out', out, '--strict']));
      expect([0, 1, 2], what).toContain(checked.code);
      expect(checked.said, what).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
      if (after.size < cells.length) expect(checked.code, `${what}: passed with ${after.size} records`).not.toBe(0);
      const junit = await readFile(join(out, 'junit.xml'), 'utf8').catch(() => null);
      if (after.size < cells.length && junit !== null) expect(junit, what).toMatch(/<(error|failure)/);
      if (after.size === cells.length) out = join(root, `killed-${++folders}`);
    }
    const last = await ended(suite(out));
    expect([last.code, (await completedIn(out)).size], last.said).toEqual([0, cells.length]);
    expect((await ended(started(['check', 'compression', '--out', out, '--strict']))).code).toBe(0);
  },
  longRun,
);
