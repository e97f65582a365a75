/** Takes a lock a few times and checks that it is alone while it has it: `lock-racer.mjs PATH`. */
import { closeSync, openSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock } from '../../harness/setup/lock.mjs';

const path = process.argv[2] ?? '';
for (let i = 0; i < 3; i++) {
  const { release } = await acquireLock(path, { purpose: 'racing', waitMs: Number.POSITIVE_INFINITY });
  // Fails where another process is inside.
  closeSync(openSync(`${path}.inside`, 'wx'));
  await sleep(5);
  rmSync(`${path}.inside`);
  // The last one is left behind, as by a killed process, for another racer to take over.
  if (i === 2) process.kill(process.pid, 'SIGKILL');
  release();
}
