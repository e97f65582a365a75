import { readdir } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import type { CellRecord } from '../../../harness/record.ts';
import { offeredRun } from '../../../harness/run/queue/queued-run.ts';
import { readRecords, storeAt } from '../../../harness/run/records/store.ts';
import { folderStore } from '../../../harness/run/shared/folder-store.ts';
import { sharedRun } from '../../../harness/run/shared/shared-run.ts';
import type { SharedStore } from '../../../harness/run/shared/shared-store.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import { fixtureCell, temporaryFolder } from '../helpers.ts';
import { follow, serve } from './helpers.ts';
import { queueSettings } from './queue-fixtures.ts';
import { noRedis } from './redis-process.ts';
import { startRedis } from './redis-server.ts';

/** Link 1 reads 0, 2 reads 0, 3 reads 1 and 2, 4 stands alone. */
const diamond = chainCells([[], [0], [0], [1, 2], []]);
const traced = Object.fromEntries(diamond.map(({ cell }) => [cell, 'traced']));

/** What the suite that follows shares. */
function sharing(outDir: string, shared: SharedStore) {
  const computation = { ...queueSettings, dataDigest: async () => null };
  return sharedRun({ store: storeAt(outDir), shared, computation, keepWeights: false, tell: () => {} });
}

const sorted = (records: readonly CellRecord[]) => [...records].sort((a, b) => (a.cell < b.cell ? -1 : 1));

describe.skipIf(noRedis !== null)(`a queue with a store${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  it('brings cells to records on machines that share no folder, each once, with what others read', async () => {
    const { url } = await startRedis();
    const [outDir, one, two] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const shared = folderStore(await temporaryFolder());
    const going = follow(url, outDir, diamond, { shared: sharing(outDir, shared) });
    const computed: string[] = [];
    const worker = { computed, behaviours: traced, sharedOf: async () => shared, jobs: 1 };
    const first = serve(url, one, worker);
    const second = serve(url, two, worker);
    const records = await going.records;
    expect(records.map(({ status }) => status)).toEqual(diamond.map(() => 'completed'));
    expect([...computed].sort()).toEqual(diamond.map(({ cell }) => cell));
    expect(sorted((await readRecords(storeAt(outDir), { quarantine: false })).records)).toEqual(sorted(records));
    for (const record of records) {
      expect(JSON.parse(String(await shared.get(`records/${record.cell}.json`, 1e6)))).toEqual(record);
    }
    expect(await shared.list('queue')).toEqual([]);
    expect(await shared.list('records/superseded')).toEqual([]);
    await first.stop();
    await second.stop();
    expect(await readdir(outDir)).not.toContain('queue');
  });

  it('goes on with a cell of a worker that was killed, from its checkpoint, in another folder', async () => {
    const { url } = await startRedis();
    const [outDir, one, two] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const shared = folderStore(await temporaryFolder());
    const cell = fixtureCell('checkpoints');
    const going = follow(url, outDir, [cell], { shared: sharing(outDir, shared) });
    const dying = serve(url, one, {
      behaviours: { [cell.cell]: 'checkpoints-and-dies' },
      sharedOf: async () => shared,
      jobs: 1,
    });
    await vi.waitFor(() => expect(dying.lines.join('\n')).toMatch(/checkpoints\.seed-0: failed: .*SIGKILL/), 30_000);
    await dying.stop();
    expect(await shared.list(`checkpoints/${cell.cell}-${cell.id}`)).toEqual([`${cell.cell}.ckpt`]);
    serve(url, two, { sharedOf: async () => shared });
    const [record] = await going.records;
    expect(record?.status).toBe('completed');
    expect(record?.warnings.at(-1)).toMatch(/^Attempt \d failed/);
    expect(record?.warnings).toContain('went on after 2 points');
    expect(await shared.list(`checkpoints/${cell.cell}-${cell.id}`)).toEqual([]);
  });

  it('joins a run that was left, from another folder', async () => {
    const { url } = await startRedis();
    const [outDir, other, one] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const shared = folderStore(await temporaryFolder());
    const cells = [fixtureCell('traced'), fixtureCell('traced', { seed: 1 })];
    const left = follow(url, outDir, cells, { shared: sharing(outDir, shared) });
    await vi.waitFor(async () => expect(await shared.list('queue')).toHaveLength(2), 20_000);
    left.leave();
    await left.records;
    const computed: string[] = [];
    const going = follow(url, other, cells, { shared: sharing(other, shared) });
    const offered = await offeredRun(storeAt(outDir));
    expect(offered).not.toBeNull();
    await vi.waitFor(async () => expect(await offeredRun(storeAt(other))).toBe(offered), 20_000);
    serve(url, one, { sharedOf: async () => shared, computed });
    expect((await going.records).map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(computed.sort()).toEqual(cells.map(({ cell }) => cell));
  });

  it('brings the failure of a cell to the suite', async () => {
    const { url } = await startRedis();
    const [outDir, one] = [await temporaryFolder(), await temporaryFolder()];
    const shared = folderStore(await temporaryFolder());
    const going = follow(url, outDir, [fixtureCell('told')], { shared: sharing(outDir, shared) });
    serve(url, one, { sharedOf: async () => shared });
    const [record] = await going.records;
    expect(record).toMatchObject({ status: 'failed', error: 'no luck with told.seed-0' });
    expect((await readRecords(storeAt(outDir), { quarantine: false })).records).toEqual([record]);
  });

  it('says why a worker takes no cells whose store cannot be used, or holds another run', async () => {
    const { url } = await startRedis();
    const [outDir, one, two] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const shared = folderStore(await temporaryFolder());
    const going = follow(url, outDir, [fixtureCell('fine')], { shared: sharing(outDir, shared) });
    const refused = async () => {
      throw new UsageError('--store s3://results: no keys');
    };
    const blind = serve(url, one, { sharedOf: refused });
    const elsewhere = serve(url, two, { sharedOf: async () => folderStore(one) });
    await vi.waitFor(() => {
      expect(blind.lines.join('\n')).toContain('takes no cells of it: --store s3://results: no keys');
      expect(elsewhere.lines.join('\n')).toMatch(
        /does not hold this run of compression, smoke: share .* the same --store/,
      );
    }, 20_000);
    going.leave();
  });

  it('ends a worker whose store is lost, whose cell another one computes', async () => {
    const { url } = await startRedis();
    const [outDir, one, two] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const shared = folderStore(await temporaryFolder());
    const going = follow(url, outDir, [fixtureCell('fine')], { shared: sharing(outDir, shared) });
    const lost: SharedStore = {
      ...shared,
      create: async () => {
        throw new UsageError('--store s3://results: cannot be reached');
      },
    };
    const worker = serve(url, one, { sharedOf: async () => lost, lockMs: 1000 });
    await expect(worker.ended).rejects.toThrow('cannot be reached');
    serve(url, two, { sharedOf: async () => shared, lockMs: 1000 });
    expect(await going.records).toMatchObject([{ status: 'completed', warnings: [] }]);
  });
});
