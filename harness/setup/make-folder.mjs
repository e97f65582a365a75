import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where a folder exists that
 * takes no others (/proc), and calls a read-only file system ENOENT.
 *
 * @param {string} path
 * @throws {NodeJS.ErrnoException} the system's refusal, with the path of the folder that could not be made
 */
export function makeFolder(path) {
  const refusal = tryToMake(path);
  if (refusal === null) return;
  const parent = dirname(path);
  if (refusal.code !== 'ENOENT' || parent === path || isFolder(parent)) throw refusal;
  makeFolder(parent);
  const again = tryToMake(path);
  if (again !== null) throw again;
}

/** @param {string} path @returns {NodeJS.ErrnoException | null} null where the folder is there now */
function tryToMake(path) {
  try {
    mkdirSync(path);
    return null;
  } catch (error) {
    return isFolder(path) ? null : /** @type {NodeJS.ErrnoException} */ (error);
  }
}

/** @param {string} path */
function isFolder(path) {
  try {
    return statSync(path).isDirectory();
  } catch {
    // What cannot be looked at is no folder to work in: the refusal to make it says why.
    return false;
  }
}
