import { fileProblem } from './file-errors.mjs';

/**
 * The set-up cannot go on: the message says what was being done, why it failed and what to do about it.
 * Printed alone (no stack), with exit code 2.
 */
export class SetupError extends Error {
  /**
   * @param {string} what the step that failed, such as `TensorFlow library`
   * @param {string} why
   * @param {string} remedy
   * @param {{ cause?: unknown, detail?: string }} [more] `detail`: the end of a tool's own output
   */
  constructor(what, why, remedy, { cause, detail } = {}) {
    super(`${what}: ${why}.\n  Remedy: ${remedy}.${detail ? `\n${indent(detail)}` : ''}`, { cause });
    this.name = 'SetupError';
  }
}

/** @param {string} text */
function indent(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');
}

/**
 * A file system's refusal in words; anything else is returned as it is.
 *
 * @param {unknown} error
 * @param {string} what the step that failed
 * @param {string} remedyPlace how to choose another place to write to
 * @returns {unknown}
 */
export function explainFileError(error, what, remedyPlace) {
  const problem = fileProblem(error);
  if (problem === null) return error;
  const { path, code, why, remedy } = problem;
  const where = path ?? 'the disk';
  return new SetupError(what, `${where} cannot be used (${code}): ${why}`, `${remedy}, or ${remedyPlace}`, {
    cause: error,
  });
}

/** Patterns in the output of npm and pip, the first that matches wins. */
const toolFailures = [
  {
    pattern: /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i,
    why: 'the disk is full',
    remedy: 'free some space, or set FACTORBENCH_CACHE to a folder on another disk',
  },
  {
    pattern: /do not match the hashes|hash(es)? mismatch|EINTEGRITY|sha\d+ .*integrity/i,
    why: 'what was downloaded does not have the pinned hash',
    remedy: 'check the network (a proxy or mirror that changes files?) and run the command again; nothing was kept',
  },
  {
    pattern: /cache folder contains root-owned files/,
    why: 'npm’s cache holds files of another user, who ran npm in this user’s home',
    remedy: 'run the chown that npm names below, or set npm_config_cache to another folder',
  },
  {
    pattern: /can only install packages when your package\.json and package-lock\.json/,
    why: 'package.json and package-lock.json do not agree',
    remedy: 'restore both from the repository, or bring the lock up to date (npm install --package-lock-only)',
  },
  {
    pattern: /no module named pip/i,
    why: 'pip is not installed',
    remedy: 'install it (Debian: apt-get install python3-pip)',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|NewConnectionError|ConnectionError|ConnectTimeout|ReadTimeout|timed out|Max retries|ProxyError|name resolution|Network is unreachable|CERTIFICATE|SSLError/i,
    why: 'the package registry cannot be reached',
    remedy:
      'connect to the network, or give npm and pip your proxy or mirror (HTTPS_PROXY; npm config set registry; pip ' +
      'config set global.index-url), and run the command again',
  },
  {
    pattern: /EROFS|EACCES|Permission denied|Read-only file system/i,
    why: 'a folder cannot be written',
    remedy: 'make it writable, or set FACTORBENCH_CACHE to a writable folder',
  },
  {
    // Without retries, pip does not say that it met no network.
    pattern: /\(from versions: none\)/,
    why: 'pip found no version at all: the package registry cannot be reached, or is a mirror without this package',
    remedy: 'connect to the network, or give pip your proxy or mirror (HTTPS_PROXY; pip config set global.index-url)',
  },
  {
    pattern: /No matching distribution|from versions:/i,
    why: 'the package registry does not offer the pinned file',
    remedy: 'check that pip is not limited to a mirror without it (pip config list)',
  },
];

/**
 * Why npm or pip failed, read from its output.
 *
 * @param {string} output
 * @returns {{ why: string, remedy: string } | null} null where the output matches no known cause
 */
export function diagnoseOutput(output) {
  return toolFailures.find(({ pattern }) => pattern.test(output)) ?? null;
}
