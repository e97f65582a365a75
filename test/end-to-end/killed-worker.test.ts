import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { CellRecord } from '../../harness/record.ts';
import { type PoolOptions, runPool } from '../../harness/run/pool.ts';
import { checkpointDir, storeAt } from '../../harness/run/records/store.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, finishedOf, tinyCells } from './tiny-cells.ts';

/** The compiled worker, as users run it; the set-up before the tests made it. */
const workerPath = fileURLToPath(new URL('../../build/harness/run/worker.js', import.meta.url));

async function run(
  cells: readonly PlannedCell[],
  outDir: string,
  options: Partial<PoolOptions> = {},
): Promise<CellRecord[]> {
  return runPool(cells, {
    workerPath,
    store: storeAt(outDir),
    dataFolders: {},
    device: 'cpu',
    arithmetic: 'native',
    threads: 1,
    killAfterMs: 1000,
    jobs: 2,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onRecord: () => undefined,
    ...options,
  });
}

it('a worker that is interrupted after an epoch goes on from there, to the weights of an undisturbed run', async () => {
  const cell = cellNamed('spectral.none', tinyCells({ epochs: 4 }));
  const [undisturbed, disturbed] = [await temporaryFolder(), await temporaryFolder()];
  const [expected] = await run([cell], undisturbed);
  expect(expected).toMatchObject({ status: 'completed' });

  const interruption = new AbortController();
  const none = await run([cell], disturbed, {
    signal: interruption.signal,
    onProgress: (_cell, { phase, epoch }) => {
      if (phase === 'train' && epoch === 3) interruption.abort();
    },
  });
  expect(none).toEqual([]);
  const checkpoints = checkpointDir(storeAt(disturbed), cell);
  await access(join(checkpoints, `${cell.cell}.ckpt`));

  const seen = new Set<number>();
  const [resumed] = await run([cell], disturbed, {
    onProgress: (_cell, { phase, epoch }) => void (phase === 'train' && seen.add(epoch)),
  });
  expect(finishedOf(resumed).weights_digest).toBe(finishedOf(expected).weights_digest);
  expect(seen.has(1)).toBe(false);
  await expect(access(checkpoints)).rejects.toThrow('ENOENT');
});
