import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askedCommits } from '../../bisect/asked-commits.ts';
import { type BisectResult, bisect } from '../../bisect/bisect.ts';
import { type BisectState, type Question, readState, type Way, writeState } from '../../bisect/bisect-state.ts';
import type { CommitRunner } from '../../bisect/commit-runner.ts';
import { type CommitRange, commitRange, gitIn } from '../../bisect/commits.ts';
import { shortDigest } from '../../digest.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { kindNames } from '../../spec/kinds.ts';
import { suggestion } from '../../suggest.ts';
import { checkoutFolder } from '../checkout.ts';
import { type Io, withInterruption } from '../io.ts';
import { bisectText } from './bisect-text.ts';
import { type CommitsPlace, commitsFolder, lockCommits, withCommits } from './commits-here.ts';
import { cellAsked, type KnownCell, knownCells, refuseUnknownCell } from './known-cells.ts';

export interface BisectCommandOptions {
  cell: string;
  good: string;
  bad: string;
  profile: string;
  by?: Way;
  jobs?: number;
  threads: number;
  device: string;
  data?: string;
  out?: string;
  fresh?: boolean;
  json?: boolean;
}

/** What a test puts in place of the checkout's plan and baseline. */
export interface BisectPlace extends CommitsPlace {
  known?: readonly KnownCell[];
}

/** Finds the commit that changed a cell, and prints it. */
export async function bisectCommand(
  suite: string,
  options: BisectCommandOptions,
  io: Io,
  place: BisectPlace = { root: checkoutFolder() },
): Promise<number> {
  const { profile, good, bad, by, fresh } = options;
  refuseUnknownCell(options.cell, place.known ?? (await knownCells(suite, profile, io)));
  const outDir = options.out ?? commitsFolder(place, 'bisect', suite, profile);
  const range = await commitRange(place.root, good, bad);
  const lock = await lockCommits(outDir);
  try {
    if (fresh === true) {
      for (const name of ['bisect.json', 'commits']) await rm(join(outDir, name), { recursive: true, force: true });
    }
    const [first, last] = [range.positions[0]!, range.positions.at(-1)!];
    const ends = { good: first.commits[0].sha, bad: last.commits.at(-1)!.sha };
    const question = { suite, profile, cell: options.cell, ...ends, ...(by === undefined ? {} : { by }) };
    const state = await readState(outDir, question);
    const result = await withInterruption(io, (signal) =>
      search({ range, state, outDir, options, question, io, place, signal }),
    );
    if (result === null) return exitCodes.interrupted;
    if (options.json === true) {
      const { positions } = range;
      const commits = positions.reduce((sum, position) => sum + position.commits.length, 0);
      io.stdout.write(`${JSON.stringify({ ...question, commits, positions: positions.length, ...result }, null, 2)}\n`);
    } else io.stdout.write(bisectText(range, result));
    return result.found === null ? exitCodes.inconclusive : exitCodes.passed;
  } finally {
    await lock.release();
  }
}

interface SearchOptions {
  range: CommitRange;
  state: BisectState;
  outDir: string;
  options: BisectCommandOptions;
  question: Question;
  io: Io;
  place: CommitsPlace;
  signal: AbortSignal;
}

/** Null: it was interrupted, and can go on. */
async function search(of: SearchOptions): Promise<BisectResult | null> {
  const { range, state, outDir, options, question, io, place, signal } = of;
  const commits = {
    clone: range,
    root: place.root,
    outDir,
    suite: question.suite,
    profile: question.profile,
    definitionWords: options.data === undefined ? [] : ['--data', options.data],
    runWords: runWords(options),
    io,
    signal,
    runnerOf: place.runnerOf,
  };
  return withCommits(commits, async (runner) => {
    const cell = await cellOf(state, question, runner);
    await writeState(outDir, state);
    const asked = askedCommits({
      state,
      runner,
      cell: cell.cell,
      save: () => writeState(outDir, state),
      surroundings: surroundingsOf(range),
      tell: (line) => void io.stderr.write(`${line}\n`),
    });
    return bisect({ ...cell, positions: range.positions, asked, by: options.by });
  });
}

function runWords({ jobs, threads, device, data }: BisectCommandOptions): string[] {
  return [
    '--threads',
    String(threads),
    ...(jobs === undefined ? [] : ['--jobs', String(jobs)]),
    ...(device === 'cpu' ? [] : ['--device', device]),
    ...(data === undefined ? [] : ['--data', data]),
  ];
}

/** The cell by its name, and its kind, as the good commit plans it; one of another seed of its arm may be named too. */
async function cellOf(
  state: BisectState,
  { cell: asked, good }: Question,
  runner: CommitRunner,
): Promise<NonNullable<BisectState['cell']>> {
  if (state.cell !== null) return state.cell;
  const rows = await runner.plan(good);
  if ('skipped' in rows) {
    throw new UsageError(`--good ${good.slice(0, 12)}: the commit cannot be asked: ${rows.skipped}; name another one.`);
  }
  const row = cellAsked(asked, rows.answer);
  if (row === undefined) {
    const names = rows.answer.map(({ cell }) => cell);
    throw new UsageError(`--cell ${asked}: the good commit plans no such cell: ${suggestion(asked, names)}`);
  }
  if (!kindNames().includes(row.kind)) {
    throw new UsageError(`--cell ${asked}: is of the kind ${row.kind}, which this commit does not know.`);
  }
  const cell = row.id === asked ? row.cell : asked;
  state.cell = { cell, kind: row.kind };
  return state.cell;
}

/** Of a commit, what is no part of the program and decides its bits all the same: dependencies, and TensorFlow. */
function surroundingsOf({ repository, prefix }: CommitRange): (sha: string) => Promise<string> {
  const git = gitIn(repository);
  return async (sha) => {
    const files = ['package-lock.json', 'harness/setup/pins.mjs'];
    const blobs = files.map(async (file) => (await git('rev-parse', '--quiet', `${sha}:${prefix}${file}`)) ?? 'none');
    return shortDigest((await Promise.all(blobs)).join(' '));
  };
}
