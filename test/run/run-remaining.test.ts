import { expect, it } from 'vitest';
import { errorOf } from '../../harness/record.ts';
import { localPool } from '../../harness/run/local-pool.ts';
import { readRecords, storeAt } from '../../harness/run/records/store.ts';
import { type RemainingOptions, runRemaining } from '../../harness/run/run-remaining.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { capture, fixtureCell, fixturePool, temporaryFolder } from './helpers.ts';

async function run(cells: PlannedCell[], overrides: Partial<RemainingOptions> = {}) {
  const store = storeAt(await temporaryFolder());
  const { stream, text } = capture();
  const records = await runRemaining(
    store,
    { remaining: cells, finished: [] },
    {
      ...fixturePool(),
      executor: localPool({ ...fixturePool(), jobs: overrides.jobs ?? 2 }),
      stream,
      ...overrides,
    },
  );
  return { records, stored: (await readRecords(store, { quarantine: false })).records, text };
}

it('runs a failed cell again, and its record tells of the attempts before', async () => {
  const { records, stored, text } = await run([fixtureCell('third-time'), fixtureCell('fine')], { retry: 5 });
  const third = stored.find(({ config }) => config.method === 'third-time')!;
  expect(third).toMatchObject({
    status: 'completed',
    warnings: [
      'Attempt 1 failed, this is attempt 2: no luck in 1',
      'Attempt 2 failed, this is attempt 3: no luck in 2',
    ],
  });
  expect(records).toContainEqual(third);
  expect(records).toHaveLength(2);
  expect(text()).toContain('1 failed cells run again (attempt 3).');
  expect(text()).not.toContain('attempt 4');
});

it('runs a failed cell no more often than asked, and a diverged one once', async () => {
  const none = await run([fixtureCell('third-time')]);
  expect(none.stored).toMatchObject([{ status: 'failed', warnings: [] }]);
  const once = await run([fixtureCell('third-time'), fixtureCell('diverged')], { retry: 1, jobs: 1 });
  expect(once.stored.map(({ status }) => status).sort()).toEqual(['diverged', 'failed']);
  expect(once.stored.find(({ status }) => status === 'failed')?.warnings).toEqual([
    'Attempt 1 failed, this is attempt 2: no luck in 1',
  ]);
});

it('leaves a cell without a record that is interrupted while it runs again', async () => {
  const controller = new AbortController();
  const running = run([fixtureCell('silent')], {
    retry: 10_000,
    signal: controller.signal,
    stream: Object.assign(capture().stream, {
      write: (line: string) => {
        if (line.includes('(attempt 3)')) controller.abort();
        return true;
      },
    }),
  });
  expect((await running).records).toEqual([]);
});

it('stops after the first failure where it is told to, ending what runs', async () => {
  const cells = [
    fixtureCell('hang', { estimatedSeconds: 30 }),
    fixtureCell('told', { estimatedSeconds: 20 }),
    fixtureCell('fine'),
  ];
  const { records } = await run(cells, { failFast: true });
  expect(records.map((record) => [record.cell, errorOf(record)])).toEqual([
    ['told.seed-0', expect.stringContaining('no luck')],
  ]);
});

it('writes a line for each part of a training where it is verbose', async () => {
  const line = 'train_loss 1.2346, test_accuracy not finite  points.seed-0  epoch 3\n';
  expect((await run([fixtureCell('points')], { verbose: true })).text()).toContain(line);
  expect((await run([fixtureCell('points')])).text()).not.toContain('train_loss');
});
