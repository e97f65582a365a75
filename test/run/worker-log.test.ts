import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { logOutput } from '../../harness/run/worker-log.ts';
import { temporaryFolder } from './helpers.ts';

async function logged(chunks: readonly string[], limit?: number) {
  const path = join(await temporaryFolder(), 'logs', 'cell.log');
  const streams = [new PassThrough(), new PassThrough()];
  const log = logOutput(path, streams, limit);
  for (const [at, chunk] of chunks.entries()) {
    streams[at % 2]!.write(chunk);
    await new Promise(setImmediate);
  }
  return { path, kept: log.close() };
}

it('keeps what comes from all streams', async () => {
  const { path, kept } = await logged(['one\n', 'two\n', 'three\n']);
  expect(kept).toBe(path);
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\nthree\n');
});

it('ends a log that is too long with a line that says so', async () => {
  const { path } = await logged(['123456', '789012', 'more', 'and more'], 10);
  expect(await readFile(path, 'utf8')).toBe(
    '1234567890\n[The output is longer than 10 bytes: what follows was left out.]\n',
  );
});

it('makes no file where nothing comes', async () => {
  const { path, kept } = await logged([]);
  expect(kept).toBeNull();
  await expect(access(path)).rejects.toThrow('ENOENT');
});

it('names no file where none can be written', async () => {
  const stream = new PassThrough();
  const log = logOutput('/dev/null/logs/cell.log', [stream]);
  stream.write('text');
  await new Promise(setImmediate);
  expect(log.close()).toBeNull();
});

it('reads on where nothing is to be kept', async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  const log = logOutput(null, [stream]);
  stream.write('a');
  stream.end('b');
  await new Promise((resolve) => stream.once('end', resolve));
  expect(log.close()).toBeNull();
});
