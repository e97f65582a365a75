import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import type { WorkerMessage, WorkerRequest } from '../../harness/run/protocol.ts';
import { readRecord, type Store, storeAt, weightsPath } from '../../harness/run/records/store.ts';
import { serveCell } from '../../harness/run/serve-cell.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { readWeights } from '../../harness/weight-file.ts';
import '../helpers/engine.ts';
import { chainCells } from '../helpers/chain-kind.ts';
import { temporaryFolder } from './helpers.ts';

/** Link 1 reads 0, and 2 reads both: what a worker does, in this process. */
const cells = chainCells([[], [0], [0, 1]]);
const [zero, one, two] = cells as [PlannedCell, PlannedCell, PlannedCell];

async function serve(cell: PlannedCell, store: Store, change: Partial<WorkerRequest> = {}) {
  const messages: WorkerMessage[] = [];
  const request: WorkerRequest = {
    cell,
    context: { dataDir: null, checkpointDir: null, device: 'cpu', threads: 1, resultOnly: false },
    outDir: store.outDir,
    neededDir: store.outDir,
    keepsWeights: true,
    stays: false,
    ...change,
  };
  const send = async (message: WorkerMessage) => void messages.push(message);
  const exitCode = await serveCell(request, { runCell, send, now: () => performance.now() });
  return { exitCode, last: messages.at(-1), record: (await readRecord(store, cell)) as FinishedRecord | null };
}

describe('a cell that reads from others', () => {
  it('is given their weights, and records what it read', async () => {
    const store = storeAt(await temporaryFolder());
    const first = (await serve(zero, store)).record!;
    const second = (await serve(one, store)).record!;
    const third = (await serve(two, store, { keepsWeights: false })).record!;
    // 1; 1 + 1; 1 + 1 + 2.
    expect([first, second, third].map(({ measures }) => measures[0]!.value)).toEqual([0.01, 0.02, 0.04]);
    expect([first, second, third].map((record) => record.needed_digests)).toEqual([
      [],
      [first.result_digest],
      [first.result_digest, second.result_digest],
    ]);
    expect(first.fingerprint).not.toHaveProperty('needs');
    expect(second.fingerprint.needs).toMatch(/^[0-9a-f]{16}$/);
    expect(third.fingerprint.needs).not.toBe(second.fingerprint.needs);
    expect(new Set([first, second, third].map((record) => record.result_digest)).size).toBe(3);
    const kept = await readWeights(weightsPath(store, one), { id: one.id, digest: second.weights_digest! });
    expect([...kept!]).toEqual([['sum', { shape: [1], values: Float32Array.of(2) }]]);
    expect(await readWeights(weightsPath(store, two), { id: two.id, digest: third.weights_digest! })).toBeNull();
  });

  it('has a record without data, size, curve and phases, as its kind has none', async () => {
    const store = storeAt(await temporaryFolder());
    expect((await serve(zero, store)).record).toMatchObject({
      status: 'completed',
      model: null,
      dataset: null,
      ratio: null,
      macs: null,
      data_source: null,
      train_loss: null,
      training_passes: null,
      step_ms: null,
      parameters: 1,
      seconds: 0,
      curve: [],
      phases: [],
    });
  });

  it.each<[string, (store: Store) => Promise<unknown>, RegExp]>([
    [
      'has no finished record',
      async () => undefined,
      /fine-1\.seed-0 needs fine-0\.seed-0, which has no finished record; run that first/,
    ],
    [
      'kept no weights',
      (store) => serve(zero, store, { keepsWeights: false }),
      /fine-1\.seed-0 needs the weights of fine-0\.seed-0, but .*safetensors does not hold them; compute it anew: npm run suite -- chains .* --only fine-0\.seed-0 --seeds 1 --no-portable --fresh --out \//,
    ],
    [
      'kept damaged weights',
      (store) => serve(zero, store).then(() => writeFile(weightsPath(store, zero), 'damage')),
      /does not hold them; compute it anew/,
    ],
  ])('tells an error where the other %s', async (_, prepare, message) => {
    const store = storeAt(await temporaryFolder());
    await prepare(store);
    const { exitCode, last, record } = await serve(one, store);
    expect(last).toEqual({ type: 'error', message: expect.stringMatching(message), usage: false });
    expect([exitCode, record]).toEqual([1, null]);
  });
});
