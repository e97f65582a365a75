import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { SetupError } from './errors.mjs';

/**
 * A path as its user means it: `~` is the home folder also where no shell has expanded it (`--out=~/x`), and a relative
 * one starts where the user stands. npm runs a script in its package's folder, wherever it was called.
 *
 * @param {string} path
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [cwd] this process's current folder
 * @returns {string} absolute
 * @throws {SetupError} for `~` where there is no home
 */
export function userPath(path, env, cwd = process.cwd()) {
  if (path === '~' || path.startsWith('~/')) return join(homeFolder(env), path.slice(1));
  return resolve(standingFolder(env, cwd), path);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 */
function standingFolder({ INIT_CWD, npm_package_json }, cwd) {
  // What a script of npm starts in another folder inherits the variable, too; it stands in that folder.
  const startedByNpm = npm_package_json !== undefined && dirname(npm_package_json) === cwd;
  return startedByNpm && INIT_CWD !== undefined && isAbsolute(INIT_CWD) ? INIT_CWD : cwd;
}

/**
 * HOME, else what the system knows of this user.
 *
 * @param {NodeJS.ProcessEnv} env
 * @throws {SetupError} where neither tells, as for a container's user that is a bare number
 */
export function homeFolder({ HOME }) {
  if (HOME && isAbsolute(HOME)) return HOME;
  try {
    return userInfo().homedir;
  } catch (error) {
    const given = HOME ? `HOME is '${HOME}', no absolute path` : 'HOME is not set';
    const remedy = 'set HOME, or FACTORBENCH_CACHE, to a folder that you can write';
    throw new SetupError('cache', `${given}, and the system knows no folder of this user`, remedy, { cause: error });
  }
}
