import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa, execaNode } from 'execa';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { type CellRecord, errorOf } from '../../../harness/record.ts';
import { readRecords, storeAt } from '../../../harness/run/records/store.ts';
import { fixtureCell, temporaryFolder } from '../helpers.ts';
import { type Following, follow, serve, serveInProcess } from './helpers.ts';
import { freePort, noRedis } from './redis-process.ts';
import { networkTo } from './redis-proxy.ts';
import { startRedis } from './redis-server.ts';

/** A run of cells, of which the first takes its time, with all that is to hold in the end. */
const cellsOf = (count: number) => Array.from({ length: count }, (_, seed) => fixtureCell('fine', { seed }));
const slowCell = fixtureCell('traced', { estimatedSeconds: 50 });

const noOpenssl = spawnSync('openssl', ['version']).status !== 0;
/** Certificates beside those of the system are read at a process's start alone. */
const connectPath = fileURLToPath(new URL('./fixtures/connect.mjs', import.meta.url));

function clientOf(url: string): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

/**
 * Each cell has one record, in the folder and among those that the follower was told of, and nothing is left over; but
 * for as many as are to fail, all are completed.
 */
async function expectExact(going: Following, outDir: string, count: number, failing = 0): Promise<CellRecord[]> {
  const records = await going.records;
  expect(records.filter(({ status }) => status !== 'completed').map(errorOf)).toHaveLength(failing);
  expect(new Set(records.map(({ cell }) => cell)).size).toBe(count);
  expect(records).toHaveLength(count);
  const store = storeAt(outDir);
  const { records: stored, damaged } = await readRecords(store, { quarantine: false });
  expect([stored.length, damaged]).toEqual([count, []]);
  expect((await readdir(store.recordsDir)).sort()).toEqual(stored.map(({ cell }) => `${cell}.json`).sort());
  return records;
}

describe.skipIf(noRedis !== null)(`a queue in trouble${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  it('goes on where Redis fails in the middle and comes back with what it had appended', async () => {
    const redis = await startRedis();
    const outDir = await temporaryFolder();
    const computed: string[] = [];
    const going = follow(redis.url, outDir, cellsOf(12));
    const worker = serve(redis.url, outDir, { computed });
    await vi.waitFor(() => expect(computed.length).toBeGreaterThan(3), 30_000);
    await redis.stop('SIGKILL');
    await sleep(700);
    await redis.start();
    await expectExact(going, outDir, 12);
    expect(computed).toHaveLength(12);
    const told = `redis://127.0.0.1:${redis.port} cannot be reached; waiting for it.`;
    expect([going.lines, worker.lines]).toEqual([expect.arrayContaining([told]), expect.arrayContaining([told])]);
    expect(going.lines).toContain(`redis://127.0.0.1:${redis.port} is there again.`);
  });

  it('puts in again what a server has lost', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const computed: string[] = [];
    const going = follow(url, outDir, cellsOf(8));
    serve(url, outDir, { computed, jobs: 1 });
    await vi.waitFor(() => expect(computed.length).toBeGreaterThan(2), 30_000);
    await clientOf(url).flushall();
    await expectExact(going, outDir, 8);
  });

  it('takes a cell up again that was running when Redis stayed away for longer than its lock', async () => {
    const redis = await startRedis();
    const outDir = await temporaryFolder();
    const computed: string[] = [];
    const going = follow(redis.url, outDir, [slowCell, ...cellsOf(2)]);
    const hanging = { 'traced.seed-0': 'hang' };
    const worker = serve(redis.url, outDir, { computed, jobs: 1, lockMs: 1000, behaviours: hanging });
    await vi.waitFor(() => expect(computed).toContain('traced.seed-0'), 30_000);
    await redis.stop();
    await sleep(1500);
    await redis.start();
    hanging['traced.seed-0'] = 'fine';
    await expectExact(going, outDir, 3);
    expect(computed.filter((cell) => cell === 'traced.seed-0').length).toBeGreaterThan(1);
    expect(worker.lines).toContain('traced.seed-0: the queue has given it to another worker; it ends here.');
  });

  it.each([
    ['a port where nothing listens', async () => `redis://me:secret@127.0.0.1:${await freePort()}`],
    ['a host that is none', async () => 'redis://me:secret@host.invalid'],
    ['another password', async () => (await startRedis('--requirepass', 'right')).url.replace('//', '//:secret@')],
    ['no password', async () => (await startRedis('--requirepass', 'right')).url],
    ['TLS where there is none', async () => (await startRedis()).url.replace('redis:', 'rediss:')],
  ])('says at the start what cannot be used, without a password: %s', async (_what, urlOf) => {
    const url = await urlOf();
    const outDir = await temporaryFolder();
    for (const started of [follow(url, outDir, cellsOf(1)).records, serve(url, outDir).ended]) {
      await expect(started).rejects.toThrow(UsageError);
      await expect(started).rejects.toThrow(/^--queue rediss?:\/\/[\w.]+:\d+: cannot be used: .+\. Start Redis there/);
      await expect(started).rejects.not.toThrow(/secret/);
    }
    expect(await readdir(outDir)).toEqual([]);
  });

  it('reaches a server with user and password, which are nowhere else', async () => {
    const { url } = await startRedis(...'--user cells on >secret ~* &* +@all --user default off'.split(' '));
    const outDir = await temporaryFolder();
    const own = url.replace('//', '//cells:secret@');
    const going = follow(own, outDir, cellsOf(2));
    const worker = serve(own, outDir);
    await expectExact(going, outDir, 2);
    await worker.stop();
    expect([...going.lines, ...worker.lines].join()).not.toMatch(/secret|cells:/);
  });

  it.skipIf(noOpenssl)('reaches a server with TLS, whose certificate is checked', async () => {
    const dir = await temporaryFolder();
    const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')];
    const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ${key} -out ${certificate} -subj /CN=localhost`;
    await execa('openssl', [...words.split(' '), '-addext', 'subjectAltName=DNS:localhost']);
    const tlsPort = await freePort();
    const tls = [
      '--tls-port',
      tlsPort,
      '--tls-cert-file',
      certificate,
      '--tls-key-file',
      key,
      '--tls-auth-clients',
      'no',
    ];
    const { port } = await startRedis(...tls.map(String));
    const url = `rediss://localhost:${tlsPort}`;
    const stranger = await execaNode(connectPath, [url], { reject: false });
    expect(stranger.stderr).toMatch(/self-signed certificate/);
    const friend = await execaNode(connectPath, [url], { env: { NODE_EXTRA_CA_CERTS: certificate } });
    expect(friend.stdout).toBe('connected');
    expect(port).not.toBe(tlsPort);
  });

  it('refuses a server that may drop cells', async () => {
    const { url } = await startRedis('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru');
    await expect(follow(url, await temporaryFolder(), cellsOf(1)).records).rejects.toThrow(
      /maxmemory-policy allkeys-lru, by which it may drop cells; set it to noeviction/,
    );
  });

  it('waits while the server is full, and loses nothing', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const client = clientOf(url);
    const computed: string[] = [];
    const going = follow(url, outDir, cellsOf(8));
    const worker = serve(url, outDir, { computed, lockMs: 2000 });
    await vi.waitFor(() => expect(computed.length).toBeGreaterThan(2), 30_000);
    await client.config('SET', 'maxmemory', '1');
    await vi.waitFor(() => expect(worker.lines.join()).toMatch(/OOM/), 10_000);
    await sleep(1000);
    await client.config('SET', 'maxmemory', '0');
    await expectExact(going, outDir, 8);
  });

  it('says so where the server is full from the start', async () => {
    const { url } = await startRedis('--maxmemory', '1');
    await expect(follow(url, await temporaryFolder(), cellsOf(1)).records).rejects.toThrow(/OOM/);
  });

  it('works over a slow network', async () => {
    const { port } = await startRedis();
    const network = await networkTo(port);
    network.delayMs = 100;
    const outDir = await temporaryFolder();
    const going = follow(network.url, outDir, cellsOf(3));
    serve(network.url, outDir);
    await expectExact(going, outDir, 3);
  });

  it('goes on after its connections were cut', async () => {
    const { port, url } = await startRedis();
    const [network, other] = [await networkTo(port), await networkTo(port)];
    const outDir = await temporaryFolder();
    const computed: string[] = [];
    const going = follow(other.url, outDir, cellsOf(10));
    const worker = serve(network.url, outDir, { computed });
    await vi.waitFor(() => expect(computed.length).toBeGreaterThan(2), 30_000);
    for (const cut of [network, other]) cut.cut();
    await sleep(500);
    for (const cut of [network, other]) cut.mend();
    await expectExact(going, outDir, 10);
    expect(computed).toHaveLength(10);
    expect(worker.lines.join()).toContain('is there again');
    expect(await clientOf(url).hlen('factorbench:runs')).toBe(0);
  });

  it('gives the cell of a worker that is cut off to another one; the first ends its own once it hears of it', async () => {
    const { port, url } = await startRedis();
    const network = await networkTo(port);
    const outDir = await temporaryFolder();
    const [first, second]: [string[], string[]] = [[], []];
    const going = follow(url, outDir, [slowCell]);
    const behaviours = { 'traced.seed-0': 'hang' };
    const cutOff = serve(network.url, outDir, { computed: first, behaviours, lockMs: 4000 });
    await vi.waitFor(() => expect(first).toHaveLength(1), 20_000);
    network.silent = true;
    serve(url, outDir, { computed: second, lockMs: 4000 });
    await expectExact(going, outDir, 1);
    expect(second).toEqual(['traced.seed-0']);
    network.cut();
    network.silent = false;
    network.mend();
    const told = 'traced.seed-0: the queue has given it to another worker; it ends here.';
    await vi.waitFor(() => expect(cutOff.lines).toContain(told), 20_000);
  });

  it('gives the cells of a killed worker to others', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const cells = [slowCell, ...cellsOf(3)];
    const going = follow(url, outDir, cells);
    const killed = serveInProcess(url, outDir, { lockMs: 2000, behaviours: { 'traced.seed-0': 'hang' } });
    const left = async () =>
      (await readdir(join(outDir, 'queue', 'attempts'), { recursive: true })).map((path) => basename(path));
    await vi.waitFor(async () => expect(await left()).toContain('trace'), 60_000);
    killed.kill('SIGKILL');
    const computed: string[] = [];
    serve(url, outDir, { computed, lockMs: 2000 });
    await expectExact(going, outDir, 4);
    expect(computed).toContain('traced.seed-0');
  });

  it('reports a cell with which three workers vanish, and goes on with the others', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const poison = { 'traced.seed-0': 'kills-parent' };
    const going = follow(url, outDir, [slowCell, ...cellsOf(2)]);
    let started = 0;
    let done = false;
    const supervised = (async () => {
      while (!done) {
        started++;
        await serveInProcess(url, outDir, { lockMs: 1000, jobs: 1, behaviours: poison });
      }
    })();
    const records = await expectExact(going, outDir, 3, 1);
    done = true;
    const failed = records.find(({ status }) => status === 'failed')!;
    expect(failed.cell).toBe('traced.seed-0');
    expect(errorOf(failed)).toMatch(/^3 workers that computed it ended, or lost the queue, without a word/);
    expect(started).toBe(4);
    supervised.catch(() => {});
  });

  it('is not confused by a worker whose clock is a year ahead, nor by one whose clock is behind', async () => {
    const { url } = await startRedis();
    const outDir = await temporaryFolder();
    const year = 365 * 24 * 3600 * 1000;
    const going = follow(url, outDir, [fixtureCell('third-time'), ...cellsOf(6)]);
    for (const clockMs of [year, -year]) serveInProcess(url, outDir, { clockMs, jobs: 1 });
    const records = await expectExact(going, outDir, 7, 1);
    expect(records.find(({ status }) => status === 'failed')?.warnings).toHaveLength(2);
    await vi.waitFor(() => expect(Math.max(...going.crowds.map(({ workers }) => workers))).toBe(2));
  });
});
