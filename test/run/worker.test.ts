import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { expect, it, vi } from 'vitest';
import type { WorkerMessage, WorkerRequest } from '../../harness/run/protocol.ts';
import { readRecord, recordPath, storeAt } from '../../harness/run/records/store.ts';
import { fixtureCell, temporaryFolder } from './helpers.ts';

const worker = fileURLToPath(new URL('../../harness/run/worker.ts', import.meta.url));
const loader = new URL('./fixtures/typescript-loader.mjs', import.meta.url).href;

/** Starts the real worker; only the cell's training is a stand-in. */
async function start(method: string, stays = false) {
  const store = storeAt(await temporaryFolder());
  const cell = fixtureCell(method);
  const messages: WorkerMessage[] = [];
  const subprocess = execaNode(worker, { ipc: true, reject: false, nodeOptions: ['--import', loader] });
  subprocess.on('message', (message: WorkerMessage) => messages.push(message));
  const checkpointDir = `${store.outDir}/checkpoint`;
  const request: WorkerRequest = {
    cell,
    context: { dataDir: '/data', checkpointDir, device: 'cpu', threads: 2, resultOnly: false },
    outDir: store.outDir,
    neededDir: store.outDir,
    keepsWeights: false,
    stays,
  };
  await subprocess.sendMessage(request);
  return { store, cell, messages, subprocess, checkpointDir, request };
}

it('writes the record of its cell, tells progress and done, and ends', async () => {
  const { store, cell, messages, subprocess } = await start('fine');
  expect(await subprocess).toMatchObject({ exitCode: 0, stderr: '' });
  expect(messages.map(({ type }) => type)).toEqual(['progress', 'done']);
  expect(messages[0]).toMatchObject({ progress: { phase: 'train', step: 1, steps: 4, loss: 2.5 } });
  expect(await readRecord(store, cell)).toMatchObject({ id: cell.id, warnings: ['cpu 2 /data'] });
});

it('waits for the next cell where it is told to stay', async () => {
  const { store, cell, messages, subprocess, request } = await start('fine', true);
  await vi.waitUntil(() => messages.at(-1)?.type === 'done', 10_000);
  const next = fixtureCell('fine', { seed: 1 });
  await subprocess.sendMessage({ ...request, cell: next, stays: false });
  expect(await subprocess).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await readRecord(store, cell)).toMatchObject({ seed: 0 });
  expect(await readRecord(store, next)).toMatchObject({ seed: 1 });
});

it.each([
  ['throws', 'no such layer'],
  ['invalid', 'not valid: measures.0.value'],
])('tells an error and leaves no record where the cell %s', async (method, text) => {
  const { store, cell, messages, subprocess } = await start(method);
  expect(await subprocess).toMatchObject({ exitCode: 1 });
  expect(messages.at(-1)).toEqual({ type: 'error', message: expect.stringContaining(text), usage: false });
  await expect(access(recordPath(store, cell.cell))).rejects.toThrow('ENOENT');
});

it('ends itself when its parent goes away, but not on a terminal’s Ctrl-C or end', async () => {
  const { store, cell, subprocess, checkpointDir } = await start('waits');
  await vi.waitUntil(() => readFile(`${checkpointDir}.pid`, 'utf8').catch(() => ''), 10_000);
  subprocess.kill('SIGINT');
  subprocess.kill('SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(subprocess.exitCode).toBeNull();
  subprocess.disconnect();
  expect(await subprocess).toMatchObject({ exitCode: 1 });
  await expect(access(recordPath(store, cell.cell))).rejects.toThrow('ENOENT');
});

it('says how it is to be used where it is started by hand', async () => {
  const { exitCode, stderr } = await execaNode(worker, {
    ipc: false,
    reject: false,
    nodeOptions: ['--import', loader],
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('npm run suite');
});
