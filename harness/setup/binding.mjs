import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { fillFolder, isComplete, listFiles, readIfPresent, sha256 } from './files.mjs';
import { makeFolder } from './make-folder.mjs';
import { bindingLink, linkTarget } from './platform.mjs';
import { runTool } from './tools.mjs';

/** @import { SetupContext, SetupStep } from './context.mjs' */

/**
 * The engine's native part, compiled against the TensorFlow library. It speaks Node-API only, so it serves every Node
 * version.
 */

const what = 'binding';
const fileName = 'tfjs_binding.node';
const sources = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];
const packageFolder = (/** @type {string} */ root) => join(root, 'node_modules/@tensorflow/tfjs-node-gpu');
const headersFolder = (/** @type {string} */ root) => join(root, 'node_modules/node-api-headers');

/** Compiler flags that do not depend on where things lie. */
const flags = [
  '-std=c++17',
  '-O2',
  '-fPIC',
  '-shared',
  '-DNAPI_VERSION=8',
  '-DNODE_GYP_MODULE_NAME=tfjs_binding',
  '-DBUILDING_NODE_EXTENSION',
];

/** @type {SetupStep} */
export const bindingStep = {
  title: what,

  isDone(context) {
    const folder = bindingFolder(context);
    return (
      folder !== null &&
      isComplete(folder, [fileName]) &&
      linkTarget(bindingLink(context.root)) === join(folder, fileName)
    );
  },

  fillsCache(context) {
    const folder = bindingFolder(context);
    return folder !== null && !isComplete(folder, [fileName]);
  },

  async perform(context, progress) {
    const folder = bindingFolder(context);
    if (folder === null) {
      throw new SetupError(
        what,
        `${packageFolder(context.root)} has no sources of the binding`,
        'delete node_modules and run the command again',
      );
    }
    const reused = isComplete(folder, [fileName]);
    if (!reused) {
      await fillFolder(folder, async (unfinished) => {
        await compile(context, join(unfinished, fileName), () => progress.update('compiling ...'));
        return [fileName];
      });
    }
    const file = join(folder, fileName);
    // Another machine may have built it, against libraries that this one lacks.
    await proveLoadable(context, file, () => progress.update('loading ...'));
    link(context.root, file);
    return reused ? `linked to ${folder}` : 'compiled';
  },
};

/**
 * @param {SetupContext} context
 * @returns {string | null} the folder in the cache, named by all that decides its content; null while the sources are
 *   missing
 */
export function bindingFolder({ root, cache, platform, device, libraryFolder }) {
  const folder = join(packageFolder(root), 'binding');
  const names = listFiles(folder, '\\.(cc|h)$', false);
  const headers = readIfPresent(join(headersFolder(root), 'package.json'));
  if (names.length === 0 || headers === null) return null;
  const contents = names.flatMap((name) => [name, readIfPresent(join(folder, name)) ?? '']);
  const key = sha256(
    basename(libraryFolder),
    JSON.parse(headers).version,
    ...flags,
    ...linkFlags(libraryFolder),
    ...contents,
  );
  return join(cache, `binding-${platform}-${device}-${key.slice(0, 16)}`);
}

/**
 * The library is found relative to the binding, so the cache can be moved, and a binding does not depend on where it
 * was built.
 *
 * @param {string} libraryFolder
 */
function linkFlags(libraryFolder) {
  return [
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    `-Wl,-rpath,$ORIGIN/../${basename(libraryFolder)}/tensorflow`,
  ];
}

/**
 * @param {SetupContext} context
 * @param {string} output
 * @param {() => void} onTick
 */
async function compile({ root, env, libraryFolder, toolRecord }, output, onTick) {
  const library = join(libraryFolder, 'tensorflow');
  const includes = [join(headersFolder(root), 'include'), join(library, 'include'), packageFolder(root)];
  await runTool({
    what,
    file: 'g++',
    args: [
      ...flags,
      ...includes.flatMap((folder) => ['-I', folder]),
      ...sources.map((name) => join(packageFolder(root), name)),
      '-o',
      output,
      `-L${library}`,
      ...linkFlags(libraryFolder),
    ],
    cwd: root,
    env,
    recordPath: toolRecord,
    missing: 'install g++ (Debian: apt-get install g++)',
    failed:
      'a C++17 compiler with the standard library is needed (Debian: apt-get install g++); see what it says below',
    onTick,
  });
}

/**
 * @param {SetupContext} context
 * @param {string} file
 * @param {() => void} onTick
 */
async function proveLoadable({ root, env, toolRecord, libraryFolder }, file, onTick) {
  await runTool({
    what,
    file: process.execPath,
    args: ['-e', 'process.dlopen({ exports: {} }, process.argv[1])', file],
    cwd: root,
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '3' },
    recordPath: toolRecord,
    missing: 'install Node 20.19 or newer',
    failed:
      `delete ${dirname(file)} (or ${libraryFolder}, where the message below names a file of that) and run the ` +
      'command again, to make it on this machine',
    onTick,
  });
}

/**
 * Replaces the link in one step: runs that start meanwhile find the old one or the new one.
 *
 * @param {string} root
 * @param {string} target
 */
function link(root, target) {
  const path = bindingLink(root);
  const prepared = `${path}.${process.pid}.tmp`;
  makeFolder(dirname(path));
  rmSync(prepared, { force: true });
  symlinkSync(target, prepared);
  renameSync(prepared, path);
}
