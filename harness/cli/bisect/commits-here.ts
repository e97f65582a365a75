import { join, resolve } from 'node:path';
import { type CommitCheckout, commitCheckout } from '../../bisect/commit-checkout.ts';
import { type CommitRunner, commitRunner } from '../../bisect/commit-runner.ts';
import type { Clone } from '../../bisect/commits.ts';
import { shortDigest } from '../../digest.ts';
import { UsageError } from '../../errors.ts';
import { cacheFolder } from '../../setup/cache-folder.mjs';
import { acquireLock, LockHeldError } from '../../setup/lock.mjs';
import { makeFolder } from '../../setup/make-folder.mjs';
import { linkedCache } from '../../setup/platform.mjs';
import type { Io } from '../io.ts';

/** What a test puts in place of the checkout, and of what asks its commits. */
export interface CommitsPlace {
  root: string;
  runnerOf?: (checkout: CommitCheckout) => CommitRunner;
}

/** Where a search keeps its state and records, unless `--out` names another folder. */
export function commitsFolder({ root }: CommitsPlace, search: string, suite: string, profile: string): string {
  return resolve(root, 'reports', 'out', `${search}-${suite}-${profile}`);
}

export interface CommitsOptions {
  clone: Clone;
  /** This checkout. */
  root: string;
  /** Where records go, in `commits/`. */
  outDir: string;
  suite: string;
  profile: string;
  definitionWords: readonly string[];
  runWords: readonly string[];
  io: Io;
  signal: AbortSignal;
  runnerOf?: CommitsPlace['runnerOf'];
}

/**
 * Lets commits be asked on this machine, in a worktree in the user's cache, which is removed at the end. Null: it was
 * interrupted; one that is to go on finds the worktree set up.
 */
export async function withCommits<T>(
  options: CommitsOptions,
  use: (runner: CommitRunner) => Promise<T>,
): Promise<T | null> {
  const { clone, root, outDir, io, signal, runnerOf } = options;
  const cache = linkedCache(root) ?? cacheFolder(io.env);
  const checkout = commitCheckout({
    ...clone,
    folder: join(cache, 'bisect', shortDigest(outDir)),
    data: join(root, 'data'),
    env: { ...io.env, FACTORBENCH_CACHE: cache },
    signal,
  });
  const runner = runnerOf?.(checkout) ?? commitRunner({ ...options, checkout, outDir: join(outDir, 'commits') });
  try {
    return await use(runner);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    if (!signal.aborted) await checkout.remove();
  }
}

/** Keeps a folder for one search at a time. Throws UsageError where another one uses it. */
export async function lockCommits(outDir: string): Promise<{ release(): void | Promise<void> }> {
  makeFolder(outDir);
  try {
    return await acquireLock(join(outDir, 'bisect.lock'), { purpose: 'bisect' });
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    throw new UsageError(
      `--out ${outDir}: is in use by another search, process ${error.holder.pid} on ${error.holder.host}; wait for it, ` +
        'or name another folder.',
      { cause: error },
    );
  }
}
