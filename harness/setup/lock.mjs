import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive, processSpace, processStartTicks } from './owner.mjs';

/**
 * Locks between processes: a file created with O_EXCL that says who holds it. A lock whose owner has ended (also by
 * SIGKILL) is free: at once where the owner's process id means something here, that is on the same boot and in the same
 * namespace of process ids; a minute after the last renewal where it does not, as for an owner in another container or
 * on another machine. Clocks of machines that share a folder must agree to less than that minute.
 */

/**
 * @typedef {object} LockHolder
 * @property {number} pid
 * @property {string} host
 * @property {string} startedAt time at which the lock was taken, ISO 8601
 * @property {string} purpose
 */

/**
 * @typedef {LockHolder & { ticks: number | null, space?: { boot: string, namespace: string } | null, token: string }}
 *   LockContent `ticks`: the owner's start, in ticks since boot; `space`: where its process id counts, absent from
 *   older locks, which are not renewed; `token`: unique for each time a lock is taken
 */

/**
 * @typedef {object} LockOptions
 * @property {string} purpose what the holder does, for the message that others see
 * @property {number} [waitMs] longest wait in milliseconds; 0 (default): do not wait; Infinity: for as long as it takes
 * @property {(holder: LockHolder) => void} [onWait] called once, when a wait begins
 * @property {number} [renewMs] time between two renewals
 */

/** A file that cannot be read as a lock after this time was left by an owner that died while writing it. */
const halfWrittenGraceMs = 2000;
const pollMs = 100;
const renewalMs = 10_000;
/** A lock that was not renewed for this long has lost its owner. */
const unrenewedMs = 60_000;

/** The lock is held by a process that runs, or may run, still. */
export class LockHeldError extends Error {
  /**
   * @param {string} path
   * @param {LockHolder} holder
   */
  constructor(path, holder) {
    super(
      `${path} is held by process ${holder.pid} on ${holder.host} since ${holder.startedAt} (${holder.purpose}): ` +
        'wait for it to end, or delete the file if that process no longer runs (killed in a container, it is free ' +
        'after a minute)',
    );
    this.name = 'LockHeldError';
    this.path = path;
    this.holder = holder;
  }
}

/**
 * Takes the lock at `path`; its folder must exist. The lock is released by `release()` (idempotent) or when this
 * process exits.
 *
 * @param {string} path
 * @param {LockOptions} options
 * @returns {Promise<{ release: () => void }>}
 * @throws {LockHeldError} when another process (or this one) holds it for longer than `waitMs`
 */
export async function acquireLock(path, { purpose, waitMs = 0, onWait, renewMs = renewalMs }) {
  /** @type {LockContent} */
  const mine = {
    pid: process.pid,
    host: hostname(),
    ticks: processStartTicks(process.pid),
    space: processSpace(),
    startedAt: new Date().toISOString(),
    purpose,
    token: randomUUID(),
  };
  const deadline = Date.now() + waitMs;
  let told = false;
  while (!(create(path, mine) || (await takeOver(path, mine)))) {
    const holder = read(path);
    // Absent, dead or half-written (its writer is given a moment): try again, whatever the deadline.
    if (holder !== null && !isDead(path, holder)) {
      if (Date.now() >= deadline) throw new LockHeldError(path, publicPart(holder));
      if (!told) onWait?.(publicPart(holder));
      told = true;
    }
    await sleep(pollMs);
  }
  return releasable(path, mine.token, renewMs);
}

/**
 * @param {string} path
 * @param {LockContent} mine
 * @returns {boolean} whether the lock was free and is ours now
 */
function create(path, mine) {
  let file;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(file, JSON.stringify(mine));
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  // Stopped for long between creation and writing, we may have been taken for dead.
  return read(path)?.token === mine.token;
}

/**
 * Replaces a dead owner's lock. Only the holder of a second lock may replace the first, and only after having looked
 * again under it, so two takers cannot both succeed; the second lock is taken by the same rules, so its owner may die
 * as well.
 *
 * @param {string} path
 * @param {LockContent} mine
 * @returns {Promise<boolean>}
 */
async function takeOver(path, mine) {
  if (!isAbandoned(path)) return false;
  let guard;
  try {
    guard = await acquireLock(`${path}.takeover`, { purpose: 'taking over a dead lock' });
  } catch (error) {
    if (error instanceof LockHeldError) return false;
    throw error;
  }
  const prepared = `${path}.${mine.token}.tmp`;
  try {
    if (!isAbandoned(path)) return false;
    writeFileSync(prepared, JSON.stringify(mine));
    renameSync(prepared, path);
    return true;
  } finally {
    rmSync(prepared, { force: true });
    guard.release();
  }
}

/** @param {string} path */
function isAbandoned(path) {
  const content = read(path);
  return content === null ? isOlderThan(path, halfWrittenGraceMs) : isDead(path, content);
}

/**
 * @param {string} path
 * @param {LockContent} holder
 */
function isDead(path, { pid, ticks, host, space }) {
  if (space === undefined) return host === hostname() && !isProcessAlive(pid, ticks);
  const here = processSpace();
  const comparable = space !== null && space.boot === here?.boot && space.namespace === here.namespace;
  return comparable ? !isProcessAlive(pid, ticks) : isOlderThan(path, unrenewedMs);
}

/**
 * @param {string} path
 * @param {number} milliseconds
 * @returns {boolean} whether it was last written or renewed before that time; false where it is absent
 */
function isOlderThan(path, milliseconds) {
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && Date.now() - written > milliseconds;
}

/**
 * @param {string} path
 * @returns {LockContent | null} null when absent or half-written
 */
function read(path) {
  try {
    const content = JSON.parse(readFileSync(path, 'utf8'));
    return typeof content?.token === 'string' && Number.isInteger(content.pid) ? content : null;
  } catch (error) {
    if (error instanceof SyntaxError || /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * @param {LockContent} content
 * @returns {LockHolder}
 */
function publicPart({ pid, host, startedAt, purpose }) {
  return { pid, host, startedAt, purpose };
}

/**
 * @param {string} path
 * @param {string} token
 * @param {number} renewMs
 */
function releasable(path, token, renewMs) {
  const renewal = setInterval(() => renew(path, token), renewMs);
  renewal.unref();
  const release = () => {
    clearInterval(renewal);
    process.off('exit', release);
    removeIfOurs(path, token);
  };
  process.on('exit', release);
  return { release };
}

/**
 * @param {string} path
 * @param {string} token
 */
function removeIfOurs(path, token) {
  if (read(path)?.token === token) rmSync(path, { force: true });
}

/**
 * @param {string} path
 * @param {string} token
 */
function renew(path, token) {
  const now = new Date();
  try {
    if (read(path)?.token === token) utimesSync(path, now, now);
  } catch {
    // The next renewal tries again. Where a folder stays out of reach, its user's own writes fail and say so.
  }
}
