import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CellRecord } from '../../../harness/record.ts';
import { parseQueueAddress } from '../../../harness/run/queue/address.ts';
import { queueExecutor } from '../../../harness/run/queue/queue-executor.ts';
import { readRecords, storeAt } from '../../../harness/run/records/store.ts';
import { ableMachine, loadCells, queueSettings } from './queue-fixtures.ts';
import { launchRedis } from './redis-process.ts';

/**
 * A load on the queue: many cells without TensorFlow, workers of which some are killed, and a server that fails once.
 * Prints what it took, and ends with 1 unless each cell has exactly one record. CONTRIBUTING.md says how it is started.
 */

const { values } = parseArgs({
  options: {
    cells: { type: 'string', default: '5000' },
    workers: { type: 'string', default: '8' },
    kills: { type: 'string', default: '3' },
    restarts: { type: 'string', default: '1' },
    /** Milliseconds that a cell takes without a process of its own; left out: each has one. */
    instant: { type: 'string' },
  },
});
const [count, workers, kills, restarts] = [values.cells, values.workers, values.kills, values.restarts].map(Number) as [
  number,
  number,
  number,
  number,
];

const lockMs = 10_000;
const cells = loadCells(count);
const outDir = await mkdtemp(join(tmpdir(), 'factorbench-load-'));
const redis = await launchRedis();
const started = new Set<ChildProcess>();

function startWorker(): void {
  const instantMs = values.instant === undefined ? null : Number(values.instant);
  const own = { url: redis.url, outDir, lockMs, jobs: 1, clockMs: 0, behaviours: {}, machine: ableMachine, instantMs };
  const serve = fileURLToPath(new URL('./fixtures/serve.mjs', import.meta.url));
  const worker = spawn(process.execPath, [serve, JSON.stringify(own)], { stdio: ['ignore', 'ignore', 'inherit'] });
  started.add(worker);
  worker.on('exit', () => started.delete(worker));
}

/** What happens once a share of the cells is done: faults are spread over the run. */
const faults = [
  ...Array.from({ length: kills }, (_, at) => ({ after: (at + 1) / (kills + 2), happen: killOne })),
  ...Array.from({ length: restarts }, (_, at) => ({ after: (at + 0.5) / restarts, happen: restartServer })),
].sort((a, b) => a.after - b.after);

function killOne(): void {
  const [victim] = started;
  victim?.kill('SIGKILL');
  startWorker();
}

async function restartServer(): Promise<void> {
  await redis.stop('SIGKILL');
  await redis.start();
}

const records: CellRecord[] = [];
let firstAt = Number.NaN;
const lines: string[] = [];
const executor = queueExecutor({
  address: parseQueueAddress(redis.url, {}),
  settings: queueSettings,
  cells,
  dataDigest: async () => null,
  fresh: true,
  tell: (line) => lines.push(line),
});
try {
  await executor.prepare();
  for (let at = 0; at < workers; at++) startWorker();
  const begun = performance.now();
  await executor.execute(cells, {
    store: storeAt(outDir),
    signal: new AbortController().signal,
    onProgress: () => {},
    onRecord: (record) => {
      if (records.push(record) === 1) firstAt = performance.now();
      const next = faults[0];
      if (next === undefined || records.length < next.after * count) return;
      faults.shift();
      void next.happen();
    },
  });
  const ended = performance.now();
  const { records: stored, damaged } = await readRecords(storeAt(outDir), { quarantine: false });
  const distinct = new Set(records.map(({ id }) => id)).size;
  const exact = [records.length, distinct, stored.length].every((found) => found === count) && damaged.length === 0;
  const completed = stored.filter(({ status }) => status === 'completed').length;
  const seconds = (ended - firstAt) / 1000;
  const result = {
    cells: count,
    workers,
    kills,
    restarts,
    instant_ms: values.instant ?? null,
    told: records.length,
    distinct,
    stored: stored.length,
    completed,
    exact: exact && completed === count,
    seconds_to_first_record: (firstAt - begun) / 1000,
    seconds,
    cells_per_second: count / seconds,
    follower_rss_megabytes: Math.round(process.memoryUsage().rss / 1e6),
    lines,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.exact ? 0 : 1;
} finally {
  await executor.close();
  for (const worker of started) worker.kill('SIGKILL');
  await redis.remove();
  await rm(outDir, { recursive: true, force: true });
}
