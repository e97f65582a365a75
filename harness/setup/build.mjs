import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, readIfPresent, sha256 } from './files.mjs';
import { makeFolder } from './make-folder.mjs';
import { runTool } from './tools.mjs';

/** @import { SetupStep } from './context.mjs' */

const stampPath = (/** @type {string} */ root) => join(root, 'build', '.factorbench-sources');

/** Folders whose files are compiled, and which of their files decide what that gives. */
const sourceFolders = /** @type {const} */ ([
  ['harness', '\\.(ts|mts|mjs|json)$'],
  ['suites', '\\.(ts|mts|mjs|json)$'],
  // Baselines and histories lie beside the code.
  ['baselines', '\\.ts$'],
  // What runs put out lies beside the code.
  ['reports', '^(?!out/).*\\.(ts|js)$'],
]);

/**
 * Hash of all that decides the build's content. Baselines (JSON beside the code) are read from the checkout, not built.
 *
 * @param {string} root
 */
export function sourcesHash(root) {
  const names = sourceFolders.flatMap(([folder, pattern]) =>
    listFiles(join(root, folder), pattern, true).map((name) => `${folder}/${name}`),
  );
  const settings = ['package-lock.json', ...listFiles(root, '^tsconfig.*\\.json$', false)];
  return sha256(...[...names, ...settings].flatMap((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

/**
 * Whether every source has its compiled file: some may have been deleted by hand.
 *
 * @param {string} root
 */
function builtFilesArePresent(root) {
  return sourceFolders.every(([folder, pattern]) =>
    listFiles(join(root, folder), pattern, true)
      .filter((name) => /\.[tj]s$/.test(name))
      .every((name) => existsSync(join(root, 'build', folder, name.replace(/\.ts$/, '.js')))),
  );
}

/** @type {SetupStep} */
export const buildStep = {
  title: 'build',

  isDone({ root }) {
    return readIfPresent(stampPath(root)) === sourcesHash(root) && builtFilesArePresent(root);
  },

  fillsCache() {
    return false;
  },

  async perform({ root, env, toolRecord }, progress) {
    const hash = sourcesHash(root);
    // As deep in the checkout as the build, so that source maps stay right when it is moved.
    const unfinished = join(root, 'build.tmp');
    rmSync(unfinished, { recursive: true, force: true });
    try {
      await runTool({
        what: 'build',
        file: process.execPath,
        args: [
          join(root, 'node_modules/typescript/bin/tsc'),
          '-p',
          join(root, 'tsconfig.build.json'),
          '--outDir',
          unfinished,
          '--pretty',
          'false',
        ],
        cwd: root,
        env,
        recordPath: toolRecord,
        missing: 'install Node 20.19 or newer',
        failed: 'correct the sources as the compiler says below',
        onTick: () => progress.update('compiling TypeScript ...'),
      });
      replaceBuild(root, unfinished);
      writeFileSync(stampPath(root), hash);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
    return 'compiled';
  },
};

/**
 * Puts the new folders in place of the old ones, so that nothing is left of sources that are gone.
 *
 * @param {string} root
 * @param {string} unfinished
 */
function replaceBuild(root, unfinished) {
  const build = join(root, 'build');
  makeFolder(build);
  rmSync(stampPath(root), { force: true });
  for (const [folder] of sourceFolders) rmSync(join(build, folder), { recursive: true, force: true });
  for (const name of readdirSync(unfinished)) renameSync(join(unfinished, name), join(build, name));
}
