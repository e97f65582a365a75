import { existsSync, lstatSync, readdirSync, statfsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindingFolder, bindingStep } from './binding.mjs';
import { buildStep } from './build.mjs';
import { missing, ok, warn } from './check.mjs';
import { dependenciesStep } from './dependencies.mjs';
import { checkCudaLibraries, checkLoaded } from './gpu-checks.mjs';
import { libraryStep } from './library.mjs';
import { readCpu, usableCores } from './machine.mjs';
import { formatBytes } from './progress.mjs';
import { tryTool } from './try-tool.mjs';

/** @import { Check } from './check.mjs' */
/** @import { SetupContext, SetupStep } from './context.mjs' */

/**
 * @param {string} root
 * @returns {Check}
 */
export function checkCheckout(root) {
  const name = 'checkout';
  if (!root.includes('#')) return ok(name, root);
  return warn(
    name,
    `${root}: npm test finds no tests below a folder with #`,
    'move the checkout; runs are not affected',
  );
}

/**
 * The tools of the set-up. Once all is set up, no run needs them, so their absence is only worth a warning.
 *
 * @param {SetupContext} context
 * @returns {Check[]}
 */
export function checkTools(context) {
  const { env } = context;
  const tool = (
    /** @type {string} */ name,
    /** @type {string} */ file,
    /** @type {string[]} */ args,
    /** @type {boolean} */ needed,
    /** @type {string} */ remedy,
  ) => {
    const { output, error } = tryTool(file, args, env);
    if (error === null) return ok(name, output.split('\n')[0] ?? '');
    return needed ? missing(name, error, remedy) : warn(name, `${error}; needed for a set-up only`, remedy);
  };
  const library = !libraryStep.isDone(context);
  return [
    tool('npm', 'npm', ['--version'], !dependenciesStep.isDone(context), 'install npm (it comes with Node)'),
    tool('python3', 'python3', ['--version'], library, 'install Python 3 (Debian: apt-get install python3)'),
    tool('pip', 'python3', ['-m', 'pip', '--version'], library, 'install pip (Debian: apt-get install python3-pip)'),
    tool('g++', 'g++', ['--version'], !bindingStep.isDone(context), 'install g++ (Debian: apt-get install g++)'),
  ];
}

/**
 * @param {SetupContext} context
 * @returns {Check[]}
 */
export function checkSteps(context) {
  const { pin, device, libraryFolder } = context;
  const remedy = 'npm run setup';
  const part = (/** @type {SetupStep} */ step, /** @type {string} */ detail) =>
    step.isDone(context) ? ok(step.title, detail) : missing(step.title, 'not set up, or out of date', remedy);
  return [
    part(dependenciesStep, 'as in package-lock.json'),
    part(libraryStep, `${pin.version} (${device}), ${libraryFolder}`),
    part(bindingStep, 'linked'),
    part(buildStep, 'of the present sources'),
  ];
}

/**
 * @param {SetupContext} context
 * @returns {Check[]}
 */
export function checkPlaces({ cache, pin, libraryFolder }) {
  const needed = existsSync(libraryFolder)
    ? 1e9
    : pin.unpackedBytes + pin.wheels.reduce((sum, { bytes }) => sum + bytes, 0);
  const place = existingParent(cache);
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free at ${place}`;
  return [
    checkCache(cache),
    free < needed
      ? warn('disk', detail, 'free some space, or set FACTORBENCH_CACHE to a folder on another disk')
      : ok('disk', detail),
  ];
}

/**
 * @param {SetupContext} context
 * @returns {Check[]}
 */
export function checkMachine({ env }) {
  const { model, instructionSet } = readCpu();
  const cpu = `${model}, ${usableCores()} cores to use, ${instructionSet.join(' ') || 'no vector extensions known'}`;
  const threads = env.TF_NUM_INTRAOP_THREADS;
  const unusable = process.arch === 'x64' && !instructionSet.includes('avx');
  return [
    unusable ? missing('cpu', cpu, 'use a processor with AVX: TensorFlow needs it') : ok('cpu', cpu),
    ok('threads', `one a cell, --threads changes it${threads ? ` (TF_NUM_INTRAOP_THREADS=${threads} is set)` : ''}`),
  ];
}

/**
 * The proof that all fits together: a matrix product by the engine, in a process of its own, and the libraries that it
 * loaded.
 *
 * @param {SetupContext} context
 * @returns {Check[]}
 */
export function checkEngine(context) {
  const name = 'engine';
  if (![dependenciesStep, libraryStep, bindingStep].every((step) => step.isDone(context))) {
    return [missing(name, 'not set up', 'npm run setup')];
  }
  const script = join(dirname(fileURLToPath(import.meta.url)), 'prove.mjs');
  const { output, error, said } = tryTool(process.execPath, [script], { ...context.env, TF_CPP_MIN_LOG_LEVEL: '3' });
  const remedy = `delete ${damagedFolders(context, said)} and run npm run setup`;
  if (error !== null) return [missing(name, error, remedy)];
  const { version, device, product, loaded } = JSON.parse(output.split('\n').at(-1) ?? '');
  if (JSON.stringify(product) !== '[[19,22],[43,50]]') {
    return [missing(name, `wrong product ${JSON.stringify(product)}`, remedy)];
  }
  return [
    ok(name, `TensorFlow ${version} multiplies matrices on the ${device}`),
    checkLoaded(loaded, context.libraryFolder),
    ...(context.device === 'gpu' ? [checkCudaLibraries(context)] : []),
  ];
}

/** @param {string} folder @returns {string} the folder, or the nearest above it that exists */
function existingParent(folder) {
  return existsSync(folder) ? folder : existingParent(dirname(folder));
}

/** @param {string} cache @returns {Check} */
function checkCache(cache) {
  if (!existsSync(cache)) return ok('cache', `${cache} (empty)`);
  const { bytes, unreadable } = folderBytes(cache);
  if (unreadable.length === 0) return ok('cache', `${cache} (${formatBytes(bytes)})`);
  const detail = `${cache} (${formatBytes(bytes)} and what this user may not read: ${unreadable.join(', ')})`;
  return warn('cache', detail, 'give this user access to it, or set FACTORBENCH_CACHE to a folder of your own');
}

/**
 * @param {string} folder
 * @returns {{ bytes: number, unreadable: string[] }} bytes of its files, and the folders that cannot be read
 */
function folderBytes(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return { bytes: 0, unreadable: [folder] };
  }
  const parts = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return folderBytes(path);
    return { bytes: entry.isFile() ? (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0, unreadable: [] };
  });
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return { bytes, unreadable: parts.flatMap((part) => part.unreadable) };
}

/**
 * Which folders of the cache to make again where the engine does not work: the one whose file the loader names, else
 * both. Never the whole cache, which may hold data sets.
 *
 * @param {SetupContext} context
 * @param {string} said by the process that failed
 */
function damagedFolders(context, said) {
  const folders = [context.libraryFolder, bindingFolder(context) ?? ''].filter((folder) => folder !== '');
  const named = folders.filter((folder) => said.includes(`${basename(folder)}/`));
  return (named.length === 1 ? named : folders).join(' and ');
}
