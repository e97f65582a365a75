import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { readIfPresent, sha256 } from './files.mjs';
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

/** @type {SetupStep} */
export const dependenciesStep = {
  title: 'dependencies',

  isDone(context) {
    return readIfPresent(stampPath(context.root)) === lockHash(context);
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
      args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev'],
      cwd: root,
      env,
      recordPath: toolRecord,
      missing: 'install npm (it comes with Node)',
      failed: 'see what npm says below, and run the command again',
      onTick: () => progress.update('installing with npm ...'),
    });
    writeFileSync(stampPath(root), hash);
    return 'installed';
  },
};
