import { beforeEach, describe, expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { acceptedCommit } from '../../../baselines/accepted-commit.ts';
import { writeBaseline } from '../../../baselines/baseline-file.ts';
import { historyPath, writeHistory } from '../../../baselines/history/history-file.ts';
import type { History } from '../../../baselines/history/history-line.ts';
import { newlyAccepted, nightCells } from '../../../baselines/history/new-cells.ts';
import type { CommitRunner } from '../../../harness/bisect/commit-runner.ts';
import { seedOf } from '../../../harness/cell-name.ts';
import { checkCommand } from '../../../harness/cli/records/check-command.ts';
import { confirmCommand } from '../../../harness/cli/records/confirm-command.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { storeAt, writeRecord } from '../../../harness/run/records/store.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { compression } from '../../../suites/compression.ts';
import { madeUpRepository } from '../../bisect/made-up-repository.ts';
import { fixtureRecord } from '../../helpers/records.ts';
import { capture, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli, folderWith } from '../helpers.ts';

/** Alarms that confirm themselves: the accepted and the present commit, asked on this machine. */

const only = ['low-rank*'];
let root: string;
let commits: string[];

beforeEach(async () => {
  root = await temporaryFolder();
  commits = await madeUpRepository(root, [{ comment: 'accepted' }, { comment: 'present' }]);
});

async function ioWith(baselinesDir: string) {
  const [stdout, stderr] = [capture(), capture()];
  const env = { ...process.env, FACTORBENCH_CACHE: await temporaryFolder() };
  return { io: { stdout: stdout.stream, stderr: stderr.stream, env, baselinesDir }, stdout: stdout.text };
}

/** 0.5 ± 0.01 by the seed, less what is lost; five seeds in a row are 0.5 in the mean. */
const accuracyOf = (cell: string, lost: number) => 0.5 + 0.007 * ((seedOf(cell) % 5) - 2) - lost;
const recordOf = (cell: PlannedCell, lost: number) => {
  const value = accuracyOf(cell.cell, lost);
  return recordOfCell(cell, { value, train_loss: 1.5 - value });
};

/** A baseline, and a history of four quiet nights and four in which all arms have lost. */
async function alarmedFolder(lost: number): Promise<string> {
  const dir = await temporaryFolder();
  const accepted = planCells(compression, 'smoke', { present: [], seeds: 3, only }).map((cell) => recordOf(cell, 0));
  const acceptance = { why: 'first', at: '2026-11-01T00:00:00.000Z', commit: commits[0]! };
  const baseline = acceptRecords(accepted, null, acceptance);
  await writeBaseline(baseline, dir);
  const history: History = { suite: 'compression', profile: 'smoke', entries: [] };
  history.entries.push(...newlyAccepted(baseline, history, '2026-12-01'));
  for (let day = 1; day <= 8; day++) {
    const night = `2026-12-0${day}`;
    const records = planCells(compression, 'smoke', { present: [], night, only }).map((cell) =>
      recordOf(cell, day > 4 ? lost : 0),
    );
    history.entries.push(...nightCells(records, { night, run: night, commit: null }).cells);
  }
  await writeHistory(historyPath('compression', 'smoke', dir), history);
  return dir;
}

/** Commits that train cells with these losses; tells which cells were asked for. */
function runnerWith(lossOf: { accepted: number; present: number }, asked: string[] = []): () => CommitRunner {
  return () => ({
    plan: async () => ({ skipped: 'not asked' }),
    define: async () => ({ skipped: 'not asked' }),
    async train(sha, cells, place) {
      asked.push(`${commits.indexOf(sha)} ${place} ${cells.length}`);
      const lost = sha === commits[0] ? lossOf.accepted : lossOf.present;
      const { data } = fixtureRecord().fingerprint;
      return {
        answer: cells.map((cell) => {
          const value = accuracyOf(cell, lost);
          const own = { id: 'a', cell, seed: seedOf(cell), status: 'completed' as const };
          return { ...own, metric: 'accuracy', value, loss: 1.5 - value, data, weights: null, measures: '' };
        }),
      };
    },
  });
}

describe('an alarm of the history', () => {
  test.each([
    [
      'code',
      { accepted: 0, present: 0.03 },
      1,
      /code\n.*as before it.*\n.*as since the change.*\n.*npm run bisect -- compression/,
    ],
    [
      'environment',
      { accepted: 0.03, present: 0.03 },
      3,
      /environment\n.*\n.*\n.*--mark environment --night 2026-12-05/,
    ],
    ['unconfirmed', { accepted: 0, present: 0 }, 3, /unconfirmed\n.*as before it.*\n.*as before it/],
  ])('is told to be of the cause: %s', async (cause, lossOf, code, text) => {
    const { io, stdout } = await ioWith(await alarmedFolder(0.03));
    const asked: string[] = [];
    const options = { profile: 'smoke', out: await temporaryFolder() };
    const exitCode = await confirmCommand('compression', options, io, { root, runnerOf: runnerWith(lossOf, asked) });
    expect(stdout()).toMatch(text);
    expect(stdout()).toMatch(new RegExp(`since 2026-12-05: ${cause}\n`));
    expect(exitCode).toBe(code);
    // The same cells at both, five seeds each.
    expect(asked).toHaveLength(2);
    expect(asked[0]!.slice(2)).toBe(asked[1]!.slice(2));
    expect(Number(asked[0]!.split(' ')[2]) % 5).toBe(0);
  });

  test('that is none asks nothing', async () => {
    const { io, stdout } = await ioWith(await alarmedFolder(0));
    const place = { root, runnerOf: () => Promise.reject(new Error('asked')) as never };
    expect(await confirmCommand('compression', { profile: 'smoke' }, io, place)).toBe(0);
    expect(stdout()).toContain('Nothing to confirm');
  });

  test.each([
    [['--good', 'A'], /--good: belongs to --confirm/],
    [['--confirm', '--mark', 'fixed'], /'--confirm' cannot be used with option '--mark/],
    [['--confirm'], /--confirm: there is no history in/],
  ])('%s is refused', async (words, message) => {
    const { exitCode, stderr } = await cli(['history', 'compression', '--profile', 'smoke', ...words]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('a seed that diverged where accepted ones did not', () => {
  async function check(diverges: boolean) {
    const cells = planCells(compression, 'smoke', { present: [], seeds: 3, only: [...only] });
    const baselinesDir = await temporaryFolder();
    const accepted = cells.map((cell) => recordOf(cell, 0));
    const acceptance = { why: 'first', at: '2026-11-01T00:00:00.000Z', commit: commits[0]! };
    await writeBaseline(acceptRecords(accepted, null, acceptance), baselinesDir);
    const out = await folderWith(cells);
    for (const cell of cells) await writeRecord(storeAt(out), recordOf(cell, 0));
    const lost = cells[0]!;
    const gone = { status: 'diverged', value: null, best: null, train_loss: null, program: 'another' } as const;
    await writeRecord(storeAt(out), recordOfCell(lost, { ...gone, weights_digest: null }));
    const { io, stdout } = await ioWith(baselinesDir);
    const asked: string[] = [];
    const runnerOf = (): CommitRunner => ({
      ...runnerWith({ accepted: 0, present: 0 })(),
      async train(sha, [cell], place) {
        asked.push(`${commits.indexOf(sha)} ${place} ${cell}`);
        const own = {
          id: 'a',
          cell: cell!,
          seed: 0,
          metric: 'accuracy',
          loss: null,
          data: '',
          weights: null,
          measures: '',
        };
        return { answer: [{ ...own, status: diverges ? 'diverged' : 'completed', value: diverges ? null : 0.5 }] };
      },
    });
    const exitCode = await checkCommand('compression', { out, profile: 'smoke', confirm: true }, io, {
      root,
      runnerOf,
    });
    expect(asked).toEqual([`0 lost ${lost.cell}`]);
    return {
      exitCode,
      line: stdout()
        .split('\n')
        .find((line) => line.includes(lost.cell)),
    };
  }

  test('is the code’s, where the accepted commit does not diverge here', async () => {
    const { exitCode, line } = await check(false);
    expect(line).toMatch(/^regressed .*Confirmed, code: the accepted commit \S+ does not diverge here\.$/);
    expect(exitCode).toBe(1);
  });

  test('is not asked about without records', async () => {
    const { exitCode, stderr } = await cli(['check', 'compression', '--definition', '--confirm']);
    expect(stderr).toContain("'--confirm' cannot be used with option '--definition'");
    expect(exitCode).toBe(2);
  });

  test('is the environment’s, where it does', async () => {
    const { exitCode, line } = await check(true);
    expect(line).toMatch(/^inconclusive .*Confirmed, environment: the accepted commit \S+ diverges here too\.$/);
    expect(exitCode).toBe(0);
  });
});

test('the accepted commit is that of the last acceptance of an arm', () => {
  const acceptance = (commit: string | null, ...cells: string[]) => ({ why: 'w', at: '2026-11-01', commit, cells });
  const history = [acceptance('1', 'a.seed-0', 'b.seed-0'), acceptance('2', 'b.seed-1'), acceptance(null, 'c.seed-0')];
  const baseline = { version: 2 as const, suite: 's', profile: 'smoke' as const, history, cells: [] };
  expect([['a'], ['b'], ['c'], ['d']].map((arms) => acceptedCommit(baseline, arms))).toEqual(['1', '2', null, null]);
  expect(acceptedCommit(null, ['a'])).toBeNull();
});
