import { SetupError } from './errors.mjs';
import { requestedDevice } from './platform.mjs';

/** The options of `setup` and `doctor`, which run before the command line's own parser is installed. */

/**
 * @param {'setup' | 'doctor'} command
 * @param {string[]} args
 * @returns {{ help: boolean, json: boolean, calibrate: boolean }} `--device` is read where the build is chosen
 * @throws {SetupError} for what the command does not know
 */
export function readOptions(command, args) {
  const flags = command === 'doctor' ? ['--help', '-h', '--json', '--calibrate'] : ['--help', '-h'];
  const isKnown = (/** @type {string} */ arg, /** @type {number} */ at) =>
    flags.includes(arg) || arg === '--device' || arg.startsWith('--device=') || args[at - 1] === '--device';
  const unknown = args.find((arg, at) => !isKnown(arg, at));
  if (unknown !== undefined) {
    const what = unknown.startsWith('-') ? 'unknown option' : 'unknown argument';
    throw new SetupError(command, `${what} ${unknown}`, `npm run ${command} -- --help shows what is possible`);
  }
  requireKnownDevice(args);
  return {
    help: args.includes('--help') || args.includes('-h'),
    json: args.includes('--json'),
    calibrate: args.includes('--calibrate'),
  };
}

/**
 * @param {string[]} args
 * @throws {SetupError} where `--device` names none
 */
export function requireKnownDevice(args) {
  const given = requestedDevice(args);
  if (given === null ? args.includes('--device') : !['cpu', 'gpu'].includes(given)) {
    throw new SetupError(`--device ${given ?? ''}`.trimEnd(), 'there is no such device', 'name cpu or gpu');
  }
}
