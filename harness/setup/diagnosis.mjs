import { checkEngine, checkMachine, checkPlaces, checkSteps, checkTools } from './checks.mjs';
import { checkoutRoot, createContext } from './context.mjs';
import { checkData, checkDatasets } from './data-checks.mjs';
import { SetupError } from './errors.mjs';
import { checkGpu } from './gpu-checks.mjs';

/** @import { Check } from './check.mjs' */

const usage = `usage: npm run doctor -- [--json] [--device cpu|gpu]
Says what is there and what is missing for a run, and how to get it. Changes nothing.
  --json    print {ready, checks: [{name, status, detail, remedy}]}
  --device  look for the TensorFlow library of this device
Exit code: 0 a run could start, 1 something is missing.
`;

/**
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function doctor(args) {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  const unknown = unknownOption(args);
  if (unknown !== undefined) {
    process.stderr.write(`doctor: unknown option ${unknown}\n${usage}`);
    return 2;
  }
  const checks = await runChecks(args);
  const ready = checks.every(({ status }) => status !== 'missing');
  process.stdout.write(
    args.includes('--json') ? `${JSON.stringify({ ready, checks }, null, 2)}\n` : formatChecks(checks),
  );
  return ready ? 0 : 1;
}

/** @param {string[]} args */
function unknownOption(args) {
  const isKnown = (/** @type {string} */ arg) => arg === '--json' || arg === '--device' || arg.startsWith('--device=');
  return args.find((arg, at) => !isKnown(arg) && args[at - 1] !== '--device');
}

/**
 * @param {string[]} args
 * @returns {Promise<Check[]>}
 */
async function runChecks(args) {
  /** @type {Check} */
  const node = { name: 'Node', status: 'ok', detail: process.versions.node, remedy: null };
  try {
    const context = createContext({ root: checkoutRoot, env: process.env, command: 'doctor', args });
    return [
      node,
      ...checkTools(context),
      ...checkSteps(context),
      ...checkEngine(context),
      ...checkPlaces(context),
      checkData(context.root, context.cache, context.env.FACTORBENCH_DATA),
      ...(await checkDatasets(context)),
      ...checkMachine(context),
      checkGpu(context.env),
    ];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return [node, { name: 'platform', status: 'missing', detail: error.message, remedy: null }];
  }
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
