import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSetUp } from '../../harness/setup/ensure.mjs';
import { isProcessAlive } from '../../harness/setup/owner.mjs';
import { type FakeCheckout, leftovers, makeCheckout, makeFolder } from './fake-checkout.ts';

let folder: string;
let checkout: FakeCheckout;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = makeFolder();
  checkout = makeCheckout(folder);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(target: FakeCheckout, extra: NodeJS.ProcessEnv = {}) {
  const runner = join(import.meta.dirname, 'set-up-runner.mjs');
  const child = spawn(process.execPath, [runner, target.root], {
    env: { ...target.env, ...extra },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return { child, printed: text(child.stdout), exit: once(child, 'exit') };
}

const count = (tool: string) => checkout.calls().filter((call) => call.split(' ')[0] === tool).length;

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen in 10 s');
    await sleep(20);
  }
}

describe('set-ups at once', () => {
  it('in one checkout: one works, the other waits for it and says so', async () => {
    const runs = [start(checkout, { FAKE_PIP_MS: '400' }), start(checkout, { FAKE_PIP_MS: '400' })];
    expect(await Promise.all(runs.map(({ exit }) => exit))).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(['npm', 'pip', 'g++', 'tsc'].map(count)).toEqual([1, 1, 1, 1]);
    const printed = await Promise.all(runs.map((run) => run.printed));
    expect(printed.filter((lines) => lines.includes('waiting for the set-up of process'))).toHaveLength(1);
    expect(leftovers(checkout)).toEqual([]);
  });

  it('in two checkouts: the cache is filled once', async () => {
    const other = makeCheckout(folder, 'other');
    const runs = [start(checkout, { FAKE_PIP_MS: '400' }), start(other, { FAKE_PIP_MS: '400' })];
    expect(await Promise.all(runs.map(({ exit }) => exit))).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(['npm', 'pip', 'g++', 'tsc'].map(count)).toEqual([2, 1, 1, 2]);
    expect([...leftovers(checkout), ...leftovers(other)]).toEqual([]);
  });
});

describe('a set-up that is ended half-way', () => {
  const record = () => JSON.parse(readFileSync(join(checkout.root, 'build/.setup-tool.json'), 'utf8'));

  it('by SIGKILL: the next one ends the tool it left running, and completes', async () => {
    const run = start(checkout, { FAKE_PIP_HANG: '1' });
    await until(() => count('pip') === 1);
    run.child.kill('SIGKILL');
    await run.exit;
    const tool = record();
    expect(isProcessAlive(tool.pid, tool.ticks)).toBe(true);
    expect(await ensureSetUp(checkout.context(), { write: () => true })).toBe(true);
    await until(() => !isProcessAlive(tool.pid, tool.ticks));
    expect(leftovers(checkout)).toEqual([]);
    expect(await ensureSetUp(checkout.context(), { write: () => true })).toBe(false);
  });

  it('by SIGTERM: it takes its tool with it', async () => {
    const run = start(checkout, { FAKE_PIP_HANG: '1' });
    await until(() => count('pip') === 1);
    const tool = record();
    run.child.kill('SIGTERM');
    expect(await run.exit).toEqual([null, 'SIGTERM']);
    await until(() => !isProcessAlive(tool.pid, tool.ticks));
  });
});
