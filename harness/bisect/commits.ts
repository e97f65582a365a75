import { execa } from 'execa';
import { shortDigest } from '../digest.ts';
import { UsageError } from '../errors.ts';

/** A commit between two others. */
export interface Commit {
  sha: string;
  /** Its date and subject. */
  title: string;
}

/** Commits that follow one another and hold the same code: what the first of them does, all do. */
export interface Position {
  /** The first is asked for all. */
  commits: [Commit, ...Commit[]];
}

/** A clone, and where the checkout lies in it. */
export interface Clone {
  /** The folder of the repository's whole tree. */
  repository: string;
  /** The checkout's folder in it; empty: it is the whole tree. */
  prefix: string;
}

/** A range of commits. */
export interface CommitRange extends Clone {
  /** From the good to the bad one, in the order of the first parent. */
  positions: Position[];
}

/** What no cell's result depends on: tests, and what is written about the code. */
const idle = /^(test|docs|\.github|[^/]*\.md|LICENSE)$/;

/**
 * The commits from `good` to `bad` along the first parent, those of equal code as one.
 *
 * @param root the checkout
 * @throws UsageError where there is no git repository, or a shallow one, where tracked files differ from the commit,
 *   and where `good` does not lie before `bad` on its line
 */
export async function commitRange(root: string, good: string, bad: string): Promise<CommitRange> {
  const { git, ...clone } = await openClone(root, 'bisect');
  const [first, last] = [await commitNamed(git, '--good', good), await commitNamed(git, '--bad', bad)];
  if (first === last) throw new UsageError(`--good ${good}: is the same commit as --bad ${bad}; name an earlier one.`);
  const commits = await lineOf(git, { good, bad, first, last });
  const positions: Position[] = [];
  let before: string | null = null;
  for (const commit of commits) {
    const code = await codeOf(git, commit.sha, clone.prefix);
    if (code === before) positions.at(-1)!.commits.push(commit);
    else positions.push({ commits: [commit] });
    before = code;
  }
  return { ...clone, positions };
}

/** An accepted commit and the present one; neither need lie on the other's line. */
export interface CommitPair {
  clone: Clone;
  shas: Record<'accepted' | 'present', string>;
}

/**
 * The commit that a baseline was accepted at, and the present one.
 *
 * @param root the checkout
 * @param accepted a name of the accepted commit
 * @throws UsageError where there is no git repository, where tracked files differ from the commit, and where the
 *   accepted commit is not in the repository, or is the present one
 */
export async function acceptedAndPresent(root: string, accepted: string): Promise<CommitPair> {
  const { git, ...clone } = await openClone(root, '--confirm');
  const remedy =
    'fetch it, or, where it was squashed or is of a fork, accept the baseline anew (history: name another with --good)';
  const shas = {
    accepted: await commitNamed(git, '--confirm', accepted, remedy),
    present: await commitNamed(git, '--confirm', 'HEAD'),
  };
  if (shas.accepted === shas.present) {
    throw new UsageError(
      `--confirm: ${accepted.slice(0, 12)} is the present commit, so that the code is the accepted one: the environment ` +
        'did it, or chance.',
    );
  }
  return { clone, shas };
}

/** @param asker the command or option that asks */
async function openClone(root: string, asker: string): Promise<Clone & { git: Git }> {
  const git = gitIn(root);
  const repository = await git('rev-parse', '--show-toplevel');
  if (repository === null) {
    throw new UsageError(`${asker}: ${root} is no git repository; clone it with git, with its history.`);
  }
  if ((await git('rev-parse', '--is-shallow-repository')) === 'true') {
    throw new UsageError(
      `${asker}: this clone is shallow: commits may be missing from it; fetch them with git fetch --unshallow.`,
    );
  }
  const changed = await git('status', '--porcelain', '--untracked-files=no');
  if (changed !== '') {
    throw new UsageError(
      `${asker}: tracked files differ from the commit; commit them, or put them aside with git stash.`,
    );
  }
  return { git, repository, prefix: (await git('rev-parse', '--show-prefix')) ?? '' };
}

const firstSeed = 100;

/** Fresh seeds to compare commits by: none that a baseline was accepted with, the same at every commit. */
export function seedsForCommits(number: number): number[] {
  return Array.from({ length: number }, (_, index) => firstSeed + index);
}

type Git = (...args: string[]) => Promise<string | null>;

/** What git prints in a folder, without the last line's end; null where it refuses. It writes nothing. */
export function gitIn(cwd: string): Git {
  return async (...args) => {
    const { exitCode, stdout } = await execa('git', args, { cwd, env: { GIT_OPTIONAL_LOCKS: '0' }, reject: false });
    return exitCode === 0 ? stdout : null;
  };
}

async function commitNamed(git: Git, option: string, name: string, remedy = 'git log shows them'): Promise<string> {
  const sha = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  if (sha === null) throw new UsageError(`${option} ${name}: is no commit of this repository; ${remedy}.`);
  return sha;
}

/** The commits of the first parents' line from the good to the bad one, the earliest first. */
async function lineOf(
  git: Git,
  { good, bad, first, last }: { good: string; bad: string; first: string; last: string },
): Promise<Commit[]> {
  if ((await git('merge-base', '--is-ancestor', first, last)) === null) {
    const turned = (await git('merge-base', '--is-ancestor', last, first)) !== null;
    const base = await git('merge-base', first, last);
    const remedy = turned
      ? 'it is the other way around: exchange the two'
      : base === null
        ? 'they have nothing in common: name commits of one line'
        : `name one that is, such as ${base.slice(0, 12)}`;
    throw new UsageError(`--good ${good}: is no ancestor of --bad ${bad}; ${remedy}.`);
  }
  const format = '--format=%H%x09%cs %s';
  const text = (await git('log', '--first-parent', '--reverse', format, `${first}..${last}`)) ?? '';
  const commits = text.split('\n').map((line): Commit => {
    const [sha = '', title = ''] = line.split('\t');
    return { sha, title };
  });
  const [begin, ...parents] = ((await git('log', '-1', '--format=%H %P', commits[0]!.sha)) ?? '').split(' ');
  if (parents[0] !== first) {
    throw new UsageError(
      `--good ${good}: came into --bad ${bad} by a merge, and merges follow the first parent; name a commit of that line, ` +
        `such as ${(parents[0] ?? begin ?? '').slice(0, 12)}.`,
    );
  }
  const title = (await git('log', '-1', '--format=%cs %s', first)) ?? '';
  return [{ sha: first, title }, ...commits];
}

/** Digest of the code of a commit that may decide a cell's result. */
async function codeOf(git: Git, sha: string, prefix: string): Promise<string> {
  const tree = (await git('ls-tree', `${sha}:${prefix}`)) ?? sha;
  const deciding = tree.split('\n').filter((line) => !idle.test(line.split('\t')[1] ?? ''));
  return shortDigest(deciding.join('\n'));
}
