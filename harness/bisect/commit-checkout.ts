import { existsSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../errors.ts';
import { firstLine } from '../foreign-text.ts';
import { makeFolder } from '../setup/make-folder.mjs';
import { gitIn } from './commits.ts';

/** One folder, outside of the checkout, that is moved from commit to commit, and in which their commands run. */

export interface CheckoutOptions {
  /** The repository whose commits are asked. */
  repository: string;
  /** Where the program lies in its tree. */
  prefix: string;
  /** The worktree's folder; it is made here, and removed. */
  folder: string;
  /** The folder with data sets that lies in this checkout; a link to it stands for it in the worktree. */
  data: string;
  /** Of the commands: with the cache that this checkout uses. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** How a command of a commit ended. */
export interface Ended {
  exitCode: number | null;
  stdout: string;
  /** The last lines of what it said beside. */
  says: string;
}

export interface CommitCheckout {
  /** Checks a commit out and sets it up. Null: done; else why that is not possible. */
  moveTo(sha: string): Promise<string | null>;
  /** Runs a command of the commit's own command line. */
  run(...argv: string[]): Promise<Ended>;
  /** Removes the folder; git forgets it. */
  remove(): Promise<void>;
}

/** A worktree of git for the commits of a repository. Nothing is written before the first move. */
export function commitCheckout({ repository, prefix, folder, data, env, signal }: CheckoutOptions): CommitCheckout {
  const git = gitIn(repository);
  const root = join(folder, prefix);
  let at: string | null = null;
  const unusable = new Map<string, string>();

  async function start(argv: readonly string[]): Promise<Ended> {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [entry, ...argv], {
      cwd: root,
      env,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      cancelSignal: signal,
      forceKillAfterDelay: 10_000,
      maxBuffer: { stdout: 200e6, stderr: 10e6 },
    });
    return { exitCode: exitCode ?? null, stdout: String(stdout), says: lastLines(String(stderr)) };
  }

  async function checkOut(sha: string): Promise<string | null> {
    if (existsSync(join(folder, '.git'))) {
      if ((await gitIn(folder)(...withoutHooks, 'checkout', '--force', '--quiet', '--detach', sha)) !== null)
        return null;
      await remove();
    }
    // Left by one that was killed before git knew it.
    await rm(folder, { recursive: true, force: true });
    await git('worktree', 'prune');
    makeFolder(dirname(folder));
    const add = [...withoutHooks, 'worktree', 'add', '--quiet', '--detach', folder, sha];
    const { exitCode, stderr } = await execa('git', add, { cwd: repository, reject: false });
    return exitCode === 0 ? null : `git could not check it out: ${firstLine(stderr, 300)}`;
  }

  async function remove(): Promise<void> {
    at = null;
    if ((await git('worktree', 'remove', '--force', folder)) !== null) return;
    await rm(folder, { recursive: true, force: true });
    await git('worktree', 'prune');
  }

  /** Why the commit that is checked out cannot be set up; null: it is. */
  async function setUp(): Promise<string | null> {
    if (!existsSync(join(root, entry))) return `it has no ${entry}`;
    // What another commit's set-up built is not this one's.
    await rm(join(root, 'build'), { recursive: true, force: true });
    if (existsSync(data) && !existsSync(join(root, 'data'))) await symlink(data, join(root, 'data'));
    const { exitCode, says } = await start(['setup']);
    signal.throwIfAborted();
    return exitCode === 0 ? null : `its set-up failed: ${says}`;
  }

  return {
    async moveTo(sha) {
      const known = at === sha ? null : unusable.get(sha);
      if (known !== undefined) return known;
      at = null;
      const refused = await checkOut(sha);
      // That there is no such place is nothing that a commit could do.
      if (refused !== null) throw new UsageError(`bisect: ${folder}: ${refused}.`);
      const why = await setUp();
      if (why === null) at = sha;
      else unusable.set(sha, why);
      return why;
    },
    async run(...argv) {
      const ended = await start(argv);
      signal.throwIfAborted();
      return ended;
    },
    remove,
  };
}

/** Sets up what is missing, and runs a command: the one entry that every commit has. */
const entry = 'harness/setup/start.mjs';

/** What a repository's owner lets happen at a checkout is not for this one. */
const withoutHooks = ['-c', 'core.hooksPath=/dev/null'];

function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return firstLine(lines.slice(-3).join(' | '), 300) || 'it said nothing';
}
