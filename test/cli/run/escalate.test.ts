import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { writeBaseline } from '../../../baselines/baseline-file.ts';
import { historyPath, writeHistory } from '../../../baselines/history/history-file.ts';
import type { History } from '../../../baselines/history/history-line.ts';
import { newlyAccepted, nightCells } from '../../../baselines/history/new-cells.ts';
import { runInLooks, undecidedArms } from '../../../harness/cli/run/escalate.ts';
import { runSuspectNight } from '../../../harness/cli/run/escalate-night.ts';
import { type PlannedRun, planRun } from '../../../harness/cli/run/plan-command.ts';
import type { SuiteOptions } from '../../../harness/cli/run/suite-options.ts';
import { extraSeeds, freshSeeds } from '../../../harness/night.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import type { CellRecord, VerdictName } from '../../../harness/record.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { compression } from '../../../suites/compression.ts';
import { fixtureVerdict } from '../../helpers/records.ts';
import { capture, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';

const options: SuiteOptions = { profile: 'smoke', threads: 1, device: 'cpu', only: ['low-rank*'] };

async function escalating(further: Partial<SuiteOptions> = {}) {
  const [stdout, stderr] = [capture(), capture()];
  const baselinesDir = await temporaryFolder();
  const env = { FACTORBENCH_CACHE: await temporaryFolder() };
  const io = { stdout: stdout.stream, stderr: stderr.stream, env, baselinesDir };
  const own = { ...options, ...further };
  const planned = await planRun('compression', own, io, 'run');
  const signal = new AbortController().signal;
  return { planned, options: own, io, signal, stream: stdout.stream, told: stdout.text };
}

const armOf = (cell: string) => cell.replace(/\.seed-\d+$/, '');
const seedsOf = (cells: readonly { cell: string; seed: number }[], arm: string) =>
  cells.filter(({ cell }) => armOf(cell) === arm).map(({ seed }) => seed);

/** What a run gives. */
function ended(records: CellRecord[], verdictOf: (record: CellRecord) => VerdictName) {
  const verdicts = records.map((record) => fixtureVerdict(record, verdictOf(record)));
  return { exitCode: 0, records, verdicts, summary: '', files: [], notes: [] };
}

describe('a run that goes on where it is not decided', () => {
  test('gives 5, then 10 seeds to the arms that are open, and to no others', async () => {
    const of = await escalating({ escalate: true });
    const [first, second] = [...new Set(of.planned.cells.map(({ cell }) => armOf(cell)))] as [string, string];
    const ran: PlannedRun[] = [];
    // The first arm is decided with five seeds, the second never.
    const run = async (planned: PlannedRun) => {
      ran.push(planned);
      const isOpen = (arm: string) => arm === second || (arm === first && seedsOf(planned.cells, first).length < 5);
      return ended(
        planned.cells.map((cell) => recordOfCell(cell)),
        ({ cell }) => (isOpen(armOf(cell)) ? 'inconclusive' : 'pass'),
      );
    };
    const { planned, result } = await runInLooks({ ...of, run });
    expect(ran.map(({ cells }) => [first, second].map((arm) => seedsOf(cells, arm).length))).toEqual([
      [seedsOf(ran[0]!.cells, first).length, seedsOf(ran[0]!.cells, second).length],
      [5, 5],
      [5, 10],
    ]);
    const others = (cells: readonly PlannedCell[]) =>
      cells.filter(({ cell }) => ![first, second].includes(armOf(cell)));
    expect(others(planned.cells)).toEqual(others(ran[0]!.cells));
    expect(new Set(planned.plan.map(({ id }) => id)).size).toBe(planned.plan.length);
    expect(planned.plan).toEqual(
      expect.arrayContaining(planned.cells.map(({ id }) => expect.objectContaining({ id }))),
    );
    expect(undecidedArms(result.verdicts)).toEqual([second]);
    expect(of.told()).toBe(
      'Not decided: 2 arms, which run with 5 seeds.\nNot decided: 1 arms, which run with 10 seeds.\n',
    );
  });

  test('runs once where all is decided, or another lane is open', async () => {
    const of = await escalating({ escalate: true });
    let runs = 0;
    await runInLooks({
      ...of,
      run: async ({ cells }) => {
        runs++;
        const result = ended(
          cells.map((cell) => recordOfCell(cell)),
          () => 'inconclusive',
        );
        return { ...result, verdicts: result.verdicts.map((verdict) => ({ ...verdict, lane: 'counts' as const })) };
      },
    });
    expect(runs).toBe(1);
  });

  test.each([
    [['--escalate', '--seeds', '3'], /'--escalate' cannot be used with option '--seeds/],
    [['--escalate', '--no-check'], /'--escalate' cannot be used with option '--no-check'/],
    [['--extra', '5'], /--extra 5: adds to a night's seeds; say which night with --night DATE/],
    [['--extra', '41', '--night', '2026-12-01'], /--extra 41: expected a whole number of at least 1 \(at most 40\)/],
  ])('%s is refused', async (words, message) => {
    const { exitCode, stderr } = await cli(['suite', 'compression', ...words]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('a night', () => {
  const only = ['low-rank*'];
  const nights = ['2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04'];
  const night = '2026-12-05';

  /** 0.5 ± 0.01, less what is lost; the cell's name decides. */
  const recordOf = (cell: PlannedCell, lost: number) => {
    const [noise] = gaussian(1, 0.01, streamsOf(cell.cell, cell.seed)('noise'));
    return recordOfCell(cell, { value: 0.5 + noise! - lost, train_loss: 1 + noise! + lost });
  };

  /** A history of four quiet nights, and the next one, in which arms lose. */
  async function run(lossOf: (arm: string) => number) {
    const of = await escalating({ escalate: true, night });
    const accepted = planCells(compression, 'smoke', { present: [], seeds: 3, only }).map((cell) => recordOf(cell, 0));
    const baseline = acceptRecords(accepted, null, { why: 'first', at: '2026-11-01T00:00:00.000Z' });
    await writeBaseline(baseline, of.io.baselinesDir);
    const history: History = { suite: 'compression', profile: 'smoke', entries: [] };
    history.entries.push(...newlyAccepted(baseline, history, nights[0]!));
    for (const quiet of nights) {
      const cells = planCells(compression, 'smoke', { present: [], night: quiet, only });
      const records = cells.map((cell) => recordOf(cell, 0));
      history.entries.push(...nightCells(records, { night: quiet, run: quiet, commit: null }).cells);
    }
    await writeHistory(historyPath('compression', 'smoke', of.io.baselinesDir), history);
    const ran: number[] = [];
    const result = await runSuspectNight({
      ...of,
      night,
      run: async ({ cells }) => {
        ran.push(cells.length);
        return ended(
          cells.map((cell) => recordOf(cell, lossOf(armOf(cell.cell)))),
          () => 'pass',
        );
      },
    });
    return { ...result, ran, told: of.told(), before: of.planned };
  }

  test('that is quiet runs once', async () => {
    const { ran, verdict, told } = await run(() => 0);
    expect(ran).toHaveLength(1);
    expect(verdict).toBe('pass');
    expect(told).toMatch(/^The history with this night: evidence of a loss \d+\.\d, pass\.\n$/);
  });

  test('that is suspect gets further seeds of the leading series, which settle it', async () => {
    const { ran, verdict, told, planned, before, result } = await run(() => 0.028);
    expect(told).toMatch(/suspect\.\nSuspect: .*, which gets \d+ more seeds of \d+ arms\.\n/);
    expect(ran.length).toBeGreaterThan(1);
    expect(ran.length).toBeLessThanOrEqual(3);
    expect(verdict).toBe('regressed');
    const further = planned.cells.slice(before.cells.length).map(({ seed }) => seed);
    expect(further.length).toBe(ran.at(-1)! - ran[0]!);
    const known = extraSeeds('compression', 'smoke', night);
    expect(further.every((seed) => known.includes(seed))).toBe(true);
    expect(known.some((seed) => freshSeeds('compression', 'smoke', night).includes(seed))).toBe(false);
    const { cells } = nightCells(result.records, { night, run: night, commit: null });
    expect(cells.filter(({ role }) => role === 'extra')).toHaveLength(further.length);
  });
});
