import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { makeFolder } from './make-folder.mjs';
import { formatBytes } from './progress.mjs';

/**
 * Folders of the cache: complete or absent. A complete one names its files' sizes, so that checking it costs a few
 * system calls.
 */

const stampName = 'complete.json';
const unfinishedPrefix = '.unfinished-';

/** @param {...string} parts @returns {string} 64 hexadecimal digits */
export function sha256(...parts) {
  const hash = createHash('sha256');
  // The length keeps ('ab', 'c') apart from ('a', 'bc').
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @param {readonly string[]} needed files that it must hold at least
 * @returns {boolean} whether the folder was completed and its files are still there, with their sizes
 */
export function isComplete(folder, needed) {
  const sizes = stampedSizes(readIfPresent(join(folder, stampName)));
  const names = Object.keys(sizes);
  return (
    names.length > 0 &&
    needed.every((name) => names.includes(name)) &&
    names.every((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === sizes[name])
  );
}

/** @param {string | null} text of a stamp @returns {Record<string, unknown>} empty for what is no stamp */
function stampedSizes(text) {
  try {
    const sizes = JSON.parse(text ?? '{}');
    return sizes !== null && typeof sizes === 'object' ? sizes : {};
  } catch {
    // A stamp that was cut short or overwritten stamps nothing.
    return {};
  }
}

/**
 * Fills a folder of the cache: in a folder beside it, which is renamed into place when all is there.
 * The caller holds the cache's lock.
 *
 * @param {string} folder
 * @param {(unfinished: string) => Promise<string[]>} fill returns the files whose presence is checked later, relative
 *   to the folder
 */
export async function fillFolder(folder, fill) {
  const unfinished = join(folder, '..', `${unfinishedPrefix}${randomUUID()}`);
  makeFolder(unfinished);
  try {
    const files = await fill(unfinished);
    const sizes = Object.fromEntries(files.map((name) => [name, statSync(join(unfinished, name)).size]));
    writeFileSync(join(unfinished, stampName), JSON.stringify(sizes));
    // What is in the way is damaged, else it would not have been filled again.
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Removes what a killed set-up left behind. The caller holds the cache's lock.
 *
 * @param {string} cache
 */
export function removeUnfinished(cache) {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(unfinishedPrefix)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @returns {string | null}
 */
export function readIfPresent(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * @param {string} folder
 * @param {string} extensions pattern of the file names that count
 * @param {boolean} recursive
 * @returns {string[]} sorted, relative to the folder, with `/`; none where there is no such folder
 */
export function listFiles(folder, extensions, recursive) {
  const pattern = new RegExp(extensions);
  try {
    return readdirSync(folder, { recursive, encoding: 'utf8' })
      .filter((name) => pattern.test(name))
      .sort();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * @param {string} what the step
 * @param {string} folder that exists
 * @param {number} bytes
 * @throws {SetupError} when the disk has less than that free
 */
export function requireSpace(what, folder, bytes) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytes) {
    throw new SetupError(
      what,
      `${folder} has ${formatBytes(bavail * bsize)} free, ${formatBytes(bytes)} are needed`,
      'free some space, or set FACTORBENCH_CACHE to a folder on another disk',
    );
  }
}
