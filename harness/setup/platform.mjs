import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { oldestDriver, parseDriverVersion } from './nvidia-smi.mjs';
import { libraryPins } from './pins.mjs';
import { tryNvidiaSmi } from './try-nvidia-smi.mjs';
import { homeFolder, userPath } from './user-path.mjs';

/** @import { Device, LibraryPin, Platform } from './pins.mjs' */

const platformRemedy = 'use Linux on x64 or arm64 with glibc 2.27 or newer, for example a Debian container';

/**
 * @param {string} key operating system and architecture in Node's words, `linux-x64`
 * @returns {Platform}
 * @throws {SetupError} where no TensorFlow library is pinned
 */
export function selectPlatform(key) {
  if (Object.hasOwn(libraryPins, key)) return /** @type {Platform} */ (key);
  throw new SetupError('TensorFlow library', `there is no pinned library for ${key}`, platformRemedy);
}

/**
 * @param {string | undefined} glibc version of the system's C library, undefined where it is another (musl)
 * @throws {SetupError} where TensorFlow cannot be loaded
 */
export function requireGlibc(glibc) {
  if (glibc !== undefined && compareVersions(glibc, '2.27') >= 0) return;
  const found = glibc === undefined ? 'this system has another C library (musl?)' : `this system has ${glibc}`;
  throw new SetupError('TensorFlow library', `it needs glibc 2.27 or newer, ${found}`, platformRemedy);
}

/** @returns {string | undefined} version of the C library, undefined where it is not glibc */
export function glibcVersion() {
  const report = /** @type {any} */ (process.report);
  // Else the report looks up the names of open sockets' addresses.
  report.excludeNetwork = true;
  return report.getReport().header.glibcVersionRuntime;
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} negative, zero or positive as a is older than, equal to or newer than b
 */
export function compareVersions(a, b) {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The NVIDIA driver as far as this process can use it. The kernel tells its version in every container of the machine,
 * also in those that were given no GPU: what counts is a device to reach it by (`/dev/dxg`: under Windows), or a tool
 * that works.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [root] where the system's files lie
 * @returns {{ installed: boolean, version: string | null }} `version` null where the kernel does not tell
 */
export function nvidiaDriver(env, root = '/') {
  const path = join(root, 'proc/driver/nvidia/version');
  const version = existsSync(path) ? parseDriverVersion(readFileSync(path, 'utf8')) : null;
  const reachable = ['dev/nvidiactl', 'dev/dxg'].some((device) => existsSync(join(root, device)));
  const installed = reachable || (findOnPath('nvidia-smi', env) !== null && tryNvidiaSmi(['-L'], env).error === null);
  return { installed, version };
}

/**
 * @param {string} version of an NVIDIA driver @returns {string | null} why CUDA does not run on it; null where it does
 */
export function driverTooOld(version) {
  if (compareVersions(version, oldestDriver) >= 0) return null;
  return `the NVIDIA driver ${version} is too old for CUDA 12, which needs ${oldestDriver} or newer`;
}

/**
 * What the driver means for a command, before gigabytes are downloaded for it.
 *
 * @param {{ installed: boolean, version: string | null }} driver
 * @param {boolean} required whether the command is to compute on a GPU
 * @returns {{ usable: boolean, note: string | null }}
 * @throws {SetupError} where a GPU is required and there is no driver for it
 */
export function judgeDriver({ installed, version }, required) {
  const tooOld = version === null ? null : driverTooOld(version);
  if (required && !installed) {
    const remedy = `install the NVIDIA driver, ${oldestDriver} or newer (in a container: docker run --gpus all), or use --device cpu`;
    const found =
      version === null ? 'no NVIDIA driver was found' : `the NVIDIA driver ${version} gives no GPU to this process`;
    throw new SetupError('--device gpu', found, remedy);
  }
  if (required && tooOld !== null)
    throw new SetupError('--device gpu', tooOld, 'update the driver, or use --device cpu');
  return {
    usable: installed && tooOld === null,
    note: tooOld === null || !installed ? null : `${tooOld}; the CPU is used`,
  };
}

/**
 * @param {string} tool
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null}
 */
export function findOnPath(tool, env) {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, tool)).find((path) => existsSync(path)) ?? null;
}

/**
 * Which build of TensorFlow to use. The CUDA build computes on a CPU too, with the same bits, so a checkout that has it
 * keeps it: runs with different options in one checkout do not replace each other's library. Unasked, no build is
 * replaced: an image has neither the tools nor the right to do so.
 *
 * @param {object} facts
 * @param {string | null} facts.requested value of `--device`
 * @param {boolean} facts.driver whether an NVIDIA driver can be used
 * @param {Device | null} facts.linked what the checkout uses now
 * @param {boolean} facts.explicit whether the command is `setup`, which does as it is told
 * @returns {Device}
 */
export function chooseDevice({ requested, driver, linked, explicit }) {
  if (requested === 'gpu') return 'gpu';
  if (requested === 'cpu') return !explicit && linked === 'gpu' ? 'gpu' : 'cpu';
  return linked ?? (driver ? 'gpu' : 'cpu');
}

/**
 * @param {string[]} args
 * @returns {string | null} value of `--device VALUE` or `--device=VALUE`
 */
export function requestedDevice(args) {
  const at = args.indexOf('--device');
  if (at !== -1) return args[at + 1] ?? null;
  const joined = args.find((arg) => arg.startsWith('--device='));
  return joined?.slice('--device='.length) ?? null;
}

/**
 * The pinned library, and a note where the device that was chosen by its driver has none.
 *
 * @param {Platform} platform
 * @param {Device} device
 * @param {boolean} requested whether the device was asked for, rather than found
 * @returns {{ device: Device, pin: LibraryPin, note: string | null }}
 */
export function selectLibrary(platform, device, requested) {
  const pins = libraryPins[platform];
  const pin = pins[device];
  if (pin !== undefined) return { device, pin, note: null };
  const why = `there is no pinned CUDA library for ${platform}`;
  if (requested) throw new SetupError('TensorFlow library', why, 'use --device cpu');
  return { device: 'cpu', pin: pins.cpu, note: `${why}; the CPU is used` };
}

/**
 * Folder of downloads and builds, per user and shared by checkouts.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheFolder(env) {
  if (env.FACTORBENCH_CACHE) return userPath(env.FACTORBENCH_CACHE, env);
  if (env.XDG_CACHE_HOME) return join(userPath(env.XDG_CACHE_HOME, env), 'factorbench');
  return join(homeFolder(env), '.cache', 'factorbench');
}

/**
 * The cache that a checkout's binding is linked to, so that it goes on working where HOME changes.
 *
 * @param {string} root the checkout
 * @returns {string | null} null where none is linked
 */
export function linkedCache(root) {
  const target = linkTarget(bindingLink(root));
  return target !== null && /^binding-/.test(basename(dirname(target))) ? dirname(dirname(target)) : null;
}

/** @param {string} path @returns {string | null} null where it is absent, or no link */
export function linkTarget(path) {
  try {
    return readlinkSync(path);
  } catch {
    // Absent, or a file that someone put there.
    return null;
  }
}

/** Where the engine's package looks for its binding. @param {string} root the checkout */
export function bindingLink(root) {
  return join(root, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node');
}

/**
 * @param {string} root
 * @returns {Device | null} the build that the checkout's binding belongs to; null where none is linked
 */
export function linkedDevice(root) {
  const device = /\/binding-linux-[a-z0-9]+-(cpu|gpu)-/.exec(linkTarget(bindingLink(root)) ?? '')?.[1];
  return device === 'cpu' || device === 'gpu' ? device : null;
}
