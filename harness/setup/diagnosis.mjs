import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ok } from './check.mjs';
import { checkCheckout, checkEngine, checkMachine, checkPlaces, checkSteps, checkTools } from './checks.mjs';
import { checkoutRoot, createContext } from './context.mjs';
import { checkData, checkDatasets } from './data-checks.mjs';
import { fileErrorWords } from './file-errors.mjs';
import { checkGpu } from './gpu-checks.mjs';
import { readOptions } from './options.mjs';
import { userPath } from './user-path.mjs';

/** @import { Check } from './check.mjs' */

const usage = `usage: npm run doctor -- [--json] [--device cpu|gpu] [--calibrate]
Says what is there and what is missing for a run, and how to get it. Changes nothing, but for --calibrate.
  --json    print {ready, checks: [{name, status, detail, remedy}]}
  --device  look for the TensorFlow library of this device
  --calibrate  then measure this machine, which takes a minute in which nothing else should run, and store in the user's
            cache how fast it is: the times that suite expects are then this machine's
Examples:
  $ npm run doctor
  $ npm run doctor -- --calibrate
Exit code: 0 a run could start, 1 something is missing.
`;

/**
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function doctor(args) {
  const { help, json, calibrate } = readOptions('doctor', args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const checks = await runChecks(args);
  const ready = checks.every(({ status }) => status !== 'missing');
  process.stdout.write(json ? `${JSON.stringify({ ready, checks }, null, 2)}\n` : formatChecks(checks));
  if (ready && calibrate) {
    const built = pathToFileURL(join(checkoutRoot, 'build/harness/cli/doctor/calibrate.js')).href;
    const measured = await (await import(built)).calibrate(process.env);
    (json ? process.stderr : process.stdout).write(measured);
  }
  return ready ? 0 : 1;
}

/**
 * @param {string[]} args
 * @returns {Promise<Check[]>}
 */
async function runChecks(args) {
  const always = [ok('Node', process.versions.node), checkCheckout(checkoutRoot)];
  let context;
  try {
    context = createContext({ root: checkoutRoot, env: process.env, command: 'doctor', args });
  } catch (error) {
    return [...always, failed('platform', error)];
  }
  const { root, cache, env } = context;
  const groups = {
    tools: () => checkTools(context),
    'set-up': () => checkSteps(context),
    engine: () => checkEngine(context),
    cache: () => checkPlaces(context),
    data: () => [checkData(root, cache, env.FACTORBENCH_DATA && userPath(env.FACTORBENCH_DATA, env))],
    'data sets': () => checkDatasets(context),
    machine: () => checkMachine(context),
    gpu: () => [checkGpu(env)],
  };
  const checks = [...always];
  for (const [name, check] of Object.entries(groups)) {
    try {
      checks.push(...(await check()));
    } catch (error) {
      // One check that cannot be made hides no other.
      checks.push(failed(name, error));
    }
  }
  return checks;
}

/**
 * @param {string} name
 * @param {unknown} error
 * @returns {Check}
 */
function failed(name, error) {
  const words = fileErrorWords(error, { done: 'used', remedy: 'set FACTORBENCH_CACHE to a folder of your own' });
  const detail = words ?? (error instanceof Error ? error.message : String(error));
  return { name, status: 'missing', detail, remedy: null };
}

/**
 * @param {Check[]} checks
 * @returns {string} a line each
 */
export function formatChecks(checks) {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, status, detail, remedy }) => {
      const line = `${status.padEnd('missing'.length)}  ${name.padEnd(width)}  ${detail}`;
      return remedy === null ? `${line}\n` : `${line} -> ${remedy}\n`;
    })
    .join('');
}
