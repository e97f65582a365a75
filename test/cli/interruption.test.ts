import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ignoreLostReaders, withInterruption } from '../../harness/cli/io.ts';
import { main } from '../../harness/cli/main.ts';
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

it.each(['EPIPE', 'EIO'])('a reader that is gone (%s) is no error, and another is kept', (code) => {
  const { stream } = capture();
  const lost = ignoreLostReaders({ stdout: stream, stderr: capture().stream, env: {} });
  stream.emit('error', Object.assign(new Error('gone'), { code }));
  expect(lost()).toBeNull();
  stream.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }));
  expect(lost()?.message).toBe('full');
});

it('a command whose output cannot be written says so, and does not pass', async () => {
  const full = capture();
  const refusal = Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' });
  full.stream.write = () => {
    setImmediate(() => full.stream.emit('error', refusal));
    return true;
  };
  const stderr = capture();
  const env = { FACTORBENCH_CACHE: await temporaryFolder() };
  const exitCode = await main(['list', '--methods'], { stdout: full.stream, stderr: stderr.stream, env });
  expect([exitCode, stderr.text()]).toEqual([
    2,
    'The output cannot be written (ENOSPC): the disk is full; free some space.\n',
  ]);
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
