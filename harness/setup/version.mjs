import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root the checkout
 * @returns {string} name, version and commit, without a line end; the commit is left out where git does not tell
 */
export function versionLine(root) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commit = git(root, ['rev-parse', 'HEAD']);
  if (commit === null) return `${name} ${version}`;
  const changes = git(root, ['status', '--porcelain']);
  return `${name} ${version}, commit ${commit}${changes === '' ? '' : ', with uncommitted changes'}`;
}

/** @param {string} cwd @param {string[]} args @returns {string | null} null where it fails, as where git is missing */
function git(cwd, args) {
  const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : null;
}
