import { join } from 'node:path';
import { homeFolder, userPath } from './user-path.mjs';

/**
 * Folder of downloads and builds, per user and shared by checkouts.
 *
 * @param {NodeJS.ProcessEnv} env
 * @throws {import('./errors.mjs').SetupError} where nothing names one, and the user has no home
 */
export function cacheFolder(env) {
  if (env.FACTORBENCH_CACHE) return userPath(env.FACTORBENCH_CACHE, env);
  if (env.XDG_CACHE_HOME) return join(userPath(env.XDG_CACHE_HOME, env), 'factorbench');
  return join(homeFolder(env), '.cache', 'factorbench');
}
