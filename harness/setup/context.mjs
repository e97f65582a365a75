import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './files.mjs';
import { requireKnownDevice } from './options.mjs';
import {
  cacheFolder,
  chooseDevice,
  judgeDriver,
  linkedCache,
  linkedDevice,
  nvidiaDriver,
  requestedDevice,
  selectLibrary,
  selectPlatform,
} from './platform.mjs';

/** @import { Device, LibraryPin, Platform } from './pins.mjs' */
/** @import { StepProgress } from './progress.mjs' */

/**
 * What the steps of the set-up need to know.
 *
 * @typedef {object} SetupContext
 * @property {string} root the checkout
 * @property {string} cache
 * @property {NodeJS.ProcessEnv} env
 * @property {Platform} platform
 * @property {Device} device of the TensorFlow build
 * @property {LibraryPin} pin
 * @property {string} libraryFolder in the cache, named by its content
 * @property {string | null} note to be said once, when something is set up
 * @property {string} toolRecord where a running tool is recorded
 */

/**
 * @typedef {object} SetupStep
 * @property {string} title
 * @property {(context: SetupContext) => boolean} isDone cheap: runs at every start
 * @property {(context: SetupContext) => boolean} fillsCache whether it would write to the cache, which other checkouts
 *   share
 * @property {(context: SetupContext, progress: StepProgress) => Promise<string>} perform returns what was done, for the
 *   step's line
 */

/** The checkout that this file belongs to. */
export const checkoutRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Part of the library's key: raised when other parts of the wheels are kept. */
const layoutVersion = '1';

/**
 * @param {object} options
 * @param {string} options.root
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.command
 * @param {string[]} options.args
 * @returns {SetupContext}
 * @throws {import('./errors.mjs').SetupError} on a platform without a pinned library
 */
export function createContext({ root, env, command, args }) {
  const platform = selectPlatform(`${process.platform}-${process.arch}`);
  if (command !== 'test') requireKnownDevice(args);
  const requested = requestedDevice(args);
  // An image is set up for GPUs where there is none.
  const required = requested === 'gpu' && command !== 'setup' && command !== 'doctor';
  const driver = judgeDriver(nvidiaDriver(env), required);
  const wanted = chooseDevice({
    requested,
    driver: driver.usable,
    linked: linkedDevice(root),
    explicit: command === 'setup',
  });
  const { device, pin, note } = selectLibrary(platform, wanted, requested === 'gpu');
  const library = libraryName(platform, device, pin);
  const cache = chooseCache(root, env, library);
  return {
    root,
    cache,
    env,
    platform,
    device,
    pin,
    libraryFolder: join(cache, library),
    note: note ?? (device === 'cpu' && requested === null ? driver.note : null),
    toolRecord: join(root, 'build', '.setup-tool.json'),
  };
}

/**
 * The cache that was named; else the one that the checkout works with, whatever HOME is now, as another would be
 * filled by a download; else the user's.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {string} library its folder's name
 */
function chooseCache(root, env, library) {
  const linked = env.FACTORBENCH_CACHE ? null : linkedCache(root);
  return linked !== null && isReadable(join(linked, library)) ? linked : cacheFolder(env);
}

/** @param {string} folder @returns {boolean} whether it is there, and this user may look into it */
function isReadable(folder) {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    // Absent, or another user's: the set-up makes its own.
    return false;
  }
}

/**
 * @param {Platform} platform
 * @param {Device} device
 * @param {LibraryPin} pin
 */
function libraryName(platform, device, pin) {
  const key = sha256(layoutVersion, ...pin.wheels.map((wheel) => wheel.sha256)).slice(0, 16);
  return `tensorflow-${pin.version}-${platform}-${device}-${key}`;
}
