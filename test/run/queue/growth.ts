import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQueueAddress } from '../../../harness/run/queue/address.ts';
import { readQueuedCells, writeQueuedRun } from '../../../harness/run/queue/queued-run.ts';
import { openRedis } from '../../../harness/run/queue/redis.ts';
import { openRunQueues } from '../../../harness/run/queue/run-queues.ts';
import { storeAt } from '../../../harness/run/records/store.ts';
import { loadCells, queueSettings } from './queue-fixtures.ts';
import { launchRedis } from './redis-process.ts';

/** How what a queue costs grows with the number of planned cells: a line of JSON for each number that is given. */

for (const count of process.argv.slice(2).map(Number)) {
  const outDir = await mkdtemp(join(tmpdir(), 'factorbench-growth-'));
  const server = await launchRedis();
  const redis = await openRedis(parseQueueAddress(server.url, {}), () => {});
  const cells = loadCells(count).map((cell) => ({ ...cell, data: null }));
  const store = storeAt(outDir);
  const memoryOf = async () => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  const before = await memoryOf();
  const run = await timed(() => writeQueuedRun(store, queueSettings, cells, true));
  const queues = openRunQueues(run.value, redis);
  const put = await timed(() => queues.add(cells));
  const compared = await timed(() => queues.present());
  const read = await timed(() => readQueuedCells(store));
  const memory = (await memoryOf()) - before;
  const emptied = await timed(() => queues.empty());
  const { size } = await stat(join(outDir, 'queue', 'cells.json'));
  process.stdout.write(
    `${JSON.stringify({
      cells: count,
      found: compared.value.size,
      read: read.value.length,
      write_plan_seconds: run.seconds,
      put_in_seconds: put.seconds,
      compare_seconds: compared.seconds,
      worker_reads_plan_seconds: read.seconds,
      empty_seconds: emptied.seconds,
      redis_bytes_per_cell: Math.round(memory / count),
      plan_bytes_per_cell: Math.round(size / count),
    })}\n`,
  );
  await queues.close();
  redis.disconnect();
  await server.remove();
  await rm(outDir, { recursive: true, force: true });
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const begun = performance.now();
  const value = await work();
  return { value, seconds: Math.round(performance.now() - begun) / 1000 };
}
