import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ignoreLostReaders, withInterruption } from '../../harness/cli/io.ts';
import { capture, temporaryFolder } from '../run/helpers.ts';

const interruptible = fileURLToPath(new URL('fixtures/interruptible.mjs', import.meta.url));
const hangUp = fileURLToPath(new URL('fixtures/hang-up.py', import.meta.url));

it.each([
  ['SIGINT', true, true],
  ['SIGTERM', false, true],
  ['SIGHUP', true, true],
  ['SIGHUP', false, false],
] as const)('%s, with a terminal: %s, interrupts: %s', async (signal, hasTerminal, interrupts) => {
  const io = { stdout: capture().stream, stderr: capture().stream, env: {} };
  const before = process.listenerCount(signal);
  const exits = process.listeners('exit');
  const aborted = await withInterruption(
    io,
    async (interruption) => {
      process.emit(signal, signal);
      return interruption.aborted;
    },
    hasTerminal,
  );
  // It would close this process's own streams.
  for (const added of process.listeners('exit').filter((one) => !exits.includes(one))) process.off('exit', added);
  expect(aborted).toBe(interrupts);
  expect(process.listenerCount(signal)).toBe(before);
});

it.each(['EPIPE', 'EIO'])('a reader that is gone (%s) is no error, and others are', (code) => {
  const { stream } = capture();
  ignoreLostReaders({ stdout: stream, stderr: capture().stream, env: {} });
  expect(() => stream.emit('error', Object.assign(new Error('gone'), { code }))).not.toThrow();
  expect(() => stream.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
});

it('a terminal that is closed ends a run in order', async () => {
  const file = join(await temporaryFolder(), 'end');
  const { stdout } = await execa('python3', [hangUp, process.execPath, interruptible, file]);
  expect(stdout).toBe('130');
  expect(await readFile(file, 'utf8')).toBe('ended in order');
});

it('a hang-up leaves a run alone that no terminal belongs to, and SIGTERM ends it in order', async () => {
  const file = join(await temporaryFolder(), 'end');
  const child = spawn(process.execPath, [interruptible, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGHUP');
  await sleep(300);
  await expect(access(file)).rejects.toThrow('ENOENT');
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await ended).toEqual([130, null]);
  expect(await readFile(file, 'utf8')).toBe('ended in order');
});
