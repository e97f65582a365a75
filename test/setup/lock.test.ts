import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, LockHeldError } from '../../harness/setup/lock.mjs';
import { parseStartTicks, processSpace, processStartTicks } from '../../harness/setup/owner.mjs';
import { makeFolder } from './fake-checkout.ts';

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = makeFolder();
  path = join(folder, 'lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const script = (name: string) => join(import.meta.dirname, name);

async function startHolder(...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script('lock-holder.mjs'), path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

function writeLock(content: object): void {
  writeFileSync(
    path,
    JSON.stringify({ startedAt: '2026-01-01T00:00:00.000Z', purpose: 'old', token: 'old', ...content }),
  );
}

describe('acquireLock', () => {
  it('holds a file that names the holder, and removes it on release', async () => {
    const lock = await acquireLock(path, { purpose: 'a run' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      pid: process.pid,
      host: hostname(),
      purpose: 'a run',
    });
    lock.release();
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('throws at once, naming the holder, while another process holds it', async () => {
    const child = await startHolder();
    const error = await acquireLock(path, { purpose: 'mine', waitMs: 0 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LockHeldError);
    const { holder, message } = error as LockHeldError;
    expect(holder).toEqual({ pid: child.pid, host: hostname(), startedAt: expect.any(String), purpose: 'holding' });
    expect(message).toContain(`process ${child.pid} on ${hostname()}`);
  });

  it('is not taken twice by one process', async () => {
    const lock = await acquireLock(path, { purpose: 'first' });
    await expect(acquireLock(path, { purpose: 'second' })).rejects.toThrow(LockHeldError);
    lock.release();
  });

  it('waits until it is released, saying once for whom', async () => {
    const first = await acquireLock(path, { purpose: 'first' });
    setTimeout(first.release, 350);
    const told: string[] = [];
    const second = await acquireLock(path, {
      purpose: 'second',
      waitMs: 10_000,
      onWait: (holder) => told.push(holder.purpose),
    });
    expect(told).toEqual(['first']);
    second.release();
  });

  it('gives up when the wait is over', async () => {
    const lock = await acquireLock(path, { purpose: 'first' });
    await expect(acquireLock(path, { purpose: 'second', waitMs: 150 })).rejects.toThrow(LockHeldError);
    lock.release();
  });

  it('is released when its owner exits', async () => {
    const child = await startHolder('exit');
    if (child.exitCode === null) await once(child, 'exit');
    expect(existsSync(path)).toBe(false);
  });

  it('takes over at once from an owner that was killed', async () => {
    const child = await startHolder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(path)).toBe(true);
    const lock = await acquireLock(path, { purpose: 'next', waitMs: 0 });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from a dead owner whose process id was given to another process', async () => {
    writeLock({ pid: process.pid, host: hostname(), ticks: processStartTicks(process.pid)! - 1 });
    const lock = await acquireLock(path, { purpose: 'next' });
    lock.release();
  });

  it('takes over although an earlier taker was killed in the act', async () => {
    writeLock({ pid: process.pid, host: hostname(), ticks: 1 });
    writeFileSync(`${path}.takeover`, readFileSync(path));
    const lock = await acquireLock(path, { purpose: 'next' });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves a lock of another machine alone', async () => {
    writeLock({ pid: 1, host: 'elsewhere', ticks: 1 });
    await expect(acquireLock(path, { purpose: 'next' })).rejects.toThrow(/process 1 on elsewhere/);
    expect(JSON.parse(readFileSync(path, 'utf8')).token).toBe('old');
  });

  const here = processSpace()!;
  const elsewhere = [
    ['in another container, with this hostname', hostname(), { ...here, namespace: 'pid:[1]' }],
    ['in another container', '0123456789ab', { ...here, namespace: 'pid:[1]' }],
    ['on another machine, in its first namespace', 'elsewhere', { ...here, boot: 'other' }],
    ['on a system that does not tell its namespace', 'elsewhere', null],
  ] as const;
  const renewedBefore = (seconds: number) => {
    const time = new Date(Date.now() - seconds * 1000);
    utimesSync(path, time, time);
  };

  it.each(elsewhere)(
    'leaves a lock alone that is renewed %s, whatever process ids mean here',
    async (_, host, space) => {
      // Process 2^22 + 1 is above Linux's limit: here none can run.
      for (const pid of [process.pid, 2 ** 22 + 1]) {
        writeLock({ pid, host, ticks: 1, space });
        renewedBefore(45);
        await expect(acquireLock(path, { purpose: 'next' })).rejects.toThrow(LockHeldError);
      }
    },
  );

  it.each(elsewhere)(
    'takes over from an owner %s that renewed it a minute ago, though its id runs here',
    async (_, host, space) => {
      writeLock({ pid: process.pid, host, ticks: processStartTicks(process.pid), space });
      renewedBefore(61);
      const lock = await acquireLock(path, { purpose: 'next' });
      lock.release();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('judges by process id and start where both have a meaning, whenever it was renewed', async () => {
    writeLock({ pid: process.pid, host: 'renamed', ticks: processStartTicks(process.pid), space: here });
    renewedBefore(1000);
    await expect(acquireLock(path, { purpose: 'next' })).rejects.toThrow(LockHeldError);
    // The namespace's number was given to another container, whose process has the same id.
    writeLock({ pid: process.pid, host: 'renamed', ticks: processStartTicks(process.pid)! - 1, space: here });
    (await acquireLock(path, { purpose: 'next' })).release();
  });

  it('is renewed while it is held, and not after, nor when it is another’s', async () => {
    const age = () => Date.now() - statSync(path).mtimeMs;
    const lock = await acquireLock(path, { purpose: 'long', renewMs: 20 });
    expect(JSON.parse(readFileSync(path, 'utf8')).space).toEqual(here);
    renewedBefore(100);
    for (let i = 0; i < 100 && age() > 50_000; i++) await sleep(20);
    expect(age()).toBeLessThan(50_000);
    writeLock({ pid: 1, host: 'elsewhere', ticks: 1, space: null });
    renewedBefore(100);
    await sleep(150);
    expect(age()).toBeGreaterThan(50_000);
    lock.release();
  });

  it.each(['', '{"pid": 1'])('takes over a file left half-written: %j', async (text) => {
    writeFileSync(path, text);
    const long = new Date(Date.now() - 10_000);
    utimesSync(path, long, long);
    const lock = await acquireLock(path, { purpose: 'next' });
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it('gives the writer of a half-written file a moment to finish', async () => {
    writeFileSync(path, '');
    setTimeout(() => writeLock({ pid: 1, host: 'elsewhere', ticks: 1 }), 300);
    await expect(acquireLock(path, { purpose: 'next' })).rejects.toThrow(/elsewhere/);
  });

  it('does not remove a lock that is no longer its own', async () => {
    const lock = await acquireLock(path, { purpose: 'first' });
    writeLock({ pid: 1, host: 'elsewhere', ticks: 1 });
    lock.release();
    expect(existsSync(path)).toBe(true);
  });

  it('is held by one process at a time, also when many race for the locks of killed ones', async () => {
    const racers = Array.from({ length: 6 }, () =>
      spawn(process.execPath, [script('lock-racer.mjs'), path], { stdio: 'pipe' }),
    );
    children.push(...racers);
    const ends = await Promise.all(racers.map((racer) => once(racer, 'exit')));
    // Each ends by its own SIGKILL; one that met another inside would have ended with an error.
    expect(ends).toEqual(racers.map(() => [null, 'SIGKILL']));
  });

  it('reports a folder that is not there', async () => {
    await expect(acquireLock(join(folder, 'none', 'lock'), { purpose: 'x' })).rejects.toThrow(/ENOENT/);
  });
});

describe('parseStartTicks', () => {
  const fields = (state: string) =>
    `42 (a) b (c)) ${state} ${Array.from({ length: 18 }, (_, i) => i).join(' ')} 98765 0 0`;

  it('reads field 22 after a name with spaces and parentheses', () => {
    expect(parseStartTicks(fields('S'))).toBe(98765);
  });

  it('takes a zombie for ended', () => {
    expect(parseStartTicks(fields('Z'))).toBeNull();
  });
});
