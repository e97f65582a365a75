import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root the checkout
 * @returns {string} `factorbench 0.1.0, commit 1a2b3c... with changes, Node v20.19.0`, without a line end
 */
export function versionLine(root) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${name} ${version}, ${commitOf(root)}, Node ${process.version}`;
}

/** @param {string} root */
function commitOf(root) {
  const commit = git(root, ['rev-parse', 'HEAD']);
  if (commit === null) return 'no commit';
  return `commit ${commit}${git(root, ['status', '--porcelain']) === '' ? '' : ' with changes'}`;
}

/** @param {string} cwd @param {string[]} args @returns {string | null} null where it fails, as where git is missing */
function git(cwd, args) {
  const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : null;
}
