import { grouped } from '../../baselines/arms.ts';
import { arithmeticOf } from '../fingerprint.ts';
import type { CellRecord, CompletedRecord, FinishedRecord } from '../record.ts';
import { type AsideOptions, withTemporaryStore } from './aside.ts';
import { findGpus } from './gpu/gpu-devices.ts';
import { gpuSlots } from './gpu/gpu-slots.ts';
import { runPool } from './pool.ts';
import { startProgress } from './progress.ts';
import type { DataFolders, Device } from './protocol.ts';
import { storeAt } from './records/store.ts';
import { cellOfRecord, compareReproduction, type Reproduction } from './records/verify.ts';

export interface VerifyRunOptions extends AsideOptions {
  /** The stored records to execute again. */
  records: readonly CompletedRecord[];
  /** The folder that holds them, and the cells that they need with their weights. */
  outDir: string;
  /** Records of the needed cells there. */
  needed: readonly FinishedRecord[];
  dataFolders: DataFolders;
  device: Device;
}

/**
 * Executes stored cells again in a temporary folder, each with as many threads as it had and the same arithmetic, and
 * compares. Interrupted cells are left out of the result. The stored records are not touched.
 */
export async function runVerify(options: VerifyRunOptions): Promise<Reproduction[]> {
  const { records, jobs, stream, timeLimitSeconds } = options;
  const slots = options.device === 'gpu' ? gpuSlots((await findGpus(process.env)).gpus) : undefined;
  for (const record of records) slots?.learn(record);
  const cells = records.map((record) => cellOfRecord(record, timeLimitSeconds));
  const progress = startProgress({ cells, jobs, stream, now: () => performance.now() });
  const again = new Map<string, CellRecord>();
  try {
    await withTemporaryStore('verify', async (store) => {
      for (const alike of grouped(records, (record) => JSON.stringify(settingsOf(record))).values()) {
        const wanted = new Set(alike.map((record) => record.cell));
        await runPool(
          cells.filter(({ cell }) => wanted.has(cell)),
          {
            ...options,
            ...settingsOf(alike[0]!),
            store,
            finished: options.needed,
            neededStore: storeAt(options.outDir),
            logs: false,
            // Weights and results are compared, and nothing else.
            resultOnly: true,
            gpuSlots: slots,
            onProgress: progress.cellProgress,
            onRecord(record) {
              again.set(record.cell, record);
              progress.cellFinished(record);
            },
          },
        );
      }
    });
  } finally {
    progress.stop();
  }
  return records.flatMap((record) => {
    const twin = again.get(record.cell);
    return twin === undefined ? [] : [compareReproduction(record, twin)];
  });
}

/** How a record was computed, as a pool is told it. */
function settingsOf({ fingerprint }: CompletedRecord) {
  return { threads: Math.max(1, fingerprint.threads), arithmetic: arithmeticOf(fingerprint) };
}
