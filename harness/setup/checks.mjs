import { existsSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindingStep } from './binding.mjs';
import { buildStep } from './build.mjs';
import { missing, ok, warn } from './check.mjs';
import { dependenciesStep } from './dependencies.mjs';
import { listFiles } from './files.mjs';
import { checkCudaLibraries, checkLoaded } from './gpu-checks.mjs';
import { libraryStep } from './library.mjs';
import { readCpu } from './machine.mjs';
import { formatBytes } from './progress.mjs';
import { tryTool } from './try-tool.mjs';

/** @import { Check } from './check.mjs' */
/** @import { SetupContext, SetupStep } from './context.mjs' */

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
    ok('cache', `${cache} (${existsSync(cache) ? formatBytes(folderBytes(cache)) : 'empty'})`),
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
  const cpu = `${model}, ${availableParallelism()} cores, ${instructionSet.join(' ') || 'no vector extensions known'}`;
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
  const { output, error } = tryTool(process.execPath, [script], { ...context.env, TF_CPP_MIN_LOG_LEVEL: '3' });
  const remedy = `delete ${context.cache} and run npm run setup`;
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

/** @param {string} folder */
function folderBytes(folder) {
  return listFiles(folder, '', true).reduce((sum, name) => {
    const entry = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (entry?.isFile() ? entry.size : 0);
  }, 0);
}
