import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CompletedRecord } from '../../harness/record.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { noRedis } from '../run/queue/redis-process.ts';
import { startRedis } from '../run/queue/redis-server.ts';
import { type CompiledKind, compileOwnKind } from './compile.ts';

/** A run through a queue, with the processes that users start. */

const cells = ['master-0.5', 'pupil-0.5'];

let kind: CompiledKind;
beforeAll(async () => {
  kind = await compileOwnKind();
}, 120_000);
afterAll(() => kind.remove());

/** Starts the command line, on a folder of baselines. */
function start(baselines: string, ...argv: string[]) {
  const env = { TF_CPP_MIN_LOG_LEVEL: '3', FACTORBENCH_QUEUE_PASSWORD: argv.includes('--queue') ? 'secret' : '' };
  const running = execaNode(kind.command, [baselines, ...argv], { reject: false, all: true, env });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running;
  });
  return running;
}

async function recordsOf(outDir: string): Promise<CompletedRecord[]> {
  const dir = join(outDir, 'records');
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(dir, name), 'utf8'))));
}

const digestsOf = async (outDir: string) =>
  (await recordsOf(outDir)).map(({ weights_digest, result_digest }) => `${weights_digest} ${result_digest}`);

describe.skipIf(noRedis !== null)(`a suite through a queue${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  it('goes on from the checkpoint of a worker that was killed, to the digests, report and exit code of the pool', async () => {
    const { url } = await startRedis('--requirepass', 'secret');
    const [home, queued, pooled] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const suite = ['suite', 'gauss', '--only', 'pupil-0.5.seed-0', '--set', 'training.stepMs=60'];
    const worker = ['worker', '--queue', url, '--out', queued, '--jobs', '1', '--takeover', '3'];
    const following = start(home, ...suite, '--queue', url, '--out', queued);
    const killed = start(home, ...worker);
    const checkpoints = join(queued, 'checkpoints');
    const saved = async () => (await readdir(checkpoints, { recursive: true }).catch(() => [])).join();
    while (!(await saved()).includes('.ckpt')) await sleep(20);
    killed.kill('SIGKILL');
    const second = start(home, ...worker);
    const { exitCode, all } = await following;
    expect(all).toContain('2 cells planned, 2 with a record: 2 completed');
    expect(exitCode).toBe(0);
    second.kill('SIGTERM');
    const ended = await second;
    expect(ended.all).toMatch(/^master-0\.5.*: completed\.$/m);
    expect(ended.exitCode).toBe(130);

    const direct = start(home, ...suite, '--out', pooled);
    const expected = await direct;
    expect(expected.exitCode).toBe(0);
    expect(await digestsOf(queued)).toEqual(await digestsOf(pooled));
    const [resumed] = await recordsOf(queued);
    expect(resumed?.cell).toContain(cells[0]);
    expect(resumed?.resumed_points).toBeGreaterThan(0);
    expect((await readdir(queued)).filter((name) => name !== 'logs').sort()).toEqual(
      (await readdir(pooled)).filter((name) => name !== 'logs').sort(),
    );

    const told = JSON.parse(await readFile(join(queued, 'run.json'), 'utf8'));
    expect(told).toMatchObject({ exit_code: 0, planned: 2, completed: 2, options: { queue: url } });
    const everything = [all, ended.all, JSON.stringify(told), await readFile(join(queued, 'report.html'), 'utf8')];
    for (const text of everything) expect(text).not.toContain('secret');
  }, 180_000);

  it('is left with Ctrl-C, exit code 130, and joined again', async () => {
    const { url } = await startRedis('--requirepass', 'secret');
    const [home, outDir] = [await temporaryFolder(), await temporaryFolder()];
    const suite = ['suite', 'gauss', '--only', 'master-1.seed-0', '--queue', url, '--out', outDir];
    const left = start(home, ...suite);
    while (!existsSync(join(outDir, 'queue', 'run.json'))) await sleep(50);
    left.kill('SIGINT');
    const interrupted = await left;
    expect(interrupted.all).toContain('Left: the workers go on. The same command joins them again.');
    expect(interrupted.exitCode).toBe(130);
    const worker = start(home, 'worker', '--queue', url, '--out', outDir, '--idle', '3');
    const { exitCode, all } = await start(home, ...suite);
    expect(all).toContain('1 with a record: 1 completed');
    expect(exitCode).toBe(0);
    expect((await worker).exitCode).toBe(0);
  }, 180_000);
});
