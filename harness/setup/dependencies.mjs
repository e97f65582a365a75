import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { readIfPresent, sha256 } from './files.mjs';
import { npmEnvironment, npmOptions } from './tool-environment.mjs';
import { runTool } from './tools.mjs';

/** @import { SetupContext, SetupStep } from './context.mjs' */

/** The stamp lies inside node_modules, so that it goes with it; npm starts by emptying the folder. */
const stampPath = (/** @type {string} */ root) => join(root, 'node_modules', '.factorbench-lock');

/** @param {SetupContext} context */
function lockHash({ root }) {
  const lock = readIfPresent(join(root, 'package-lock.json'));
  if (lock === null) {
    throw new SetupError(
      'dependencies',
      `${root} has no package-lock.json`,
      'restore it (git checkout package-lock.json)',
    );
  }
  return sha256(lock);
}

/**
 * Whether every package of the lockfile that is not optional has its folder: some may have been deleted by hand.
 *
 * @param {string} root
 */
function packagesArePresent(root) {
  /** @type {Record<string, { optional?: boolean, devOptional?: boolean, peer?: boolean }>} */
  const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages ?? {};
  return Object.entries(packages).every(
    ([folder, { optional, devOptional, peer }]) =>
      folder === '' || optional || devOptional || peer || existsSync(join(root, folder, 'package.json')),
  );
}

/** @type {SetupStep} */
export const dependenciesStep = {
  title: 'dependencies',

  isDone(context) {
    return readIfPresent(stampPath(context.root)) === lockHash(context) && packagesArePresent(context.root);
  },

  fillsCache() {
    return false;
  },

  async perform(context, progress) {
    const { root, env, toolRecord } = context;
    const hash = lockHash(context);
    rmSync(stampPath(root), { force: true });
    await runTool({
      what: 'dependencies',
      file: 'npm',
      // The packages' install scripts are not needed, and one of them downloads an unpinned library.
      args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...npmOptions],
      cwd: root,
      env: npmEnvironment(env),
      recordPath: toolRecord,
      missing: 'install npm (it comes with Node)',
      failed: 'see what npm says below, and run the command again',
      onTick: () => progress.update('installing with npm ...'),
    });
    writeFileSync(stampPath(root), hash);
    return 'installed';
  },
};
