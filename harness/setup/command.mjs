import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkoutRoot, createContext } from './context.mjs';
import { doctor } from './diagnosis.mjs';
import { ensureSetUp } from './ensure.mjs';
import { explainFileError, SetupError } from './errors.mjs';
import { readOptions } from './options.mjs';
import { hasTerminal } from './terminal.mjs';
import { versionLine } from './version.mjs';

const usage = `usage: node harness/setup/start.mjs COMMAND [ARGUMENT]...
  setup   set up what is missing, and end
          --device cpu|gpu  the build of TensorFlow; else the one that is there, or gpu where there is an NVIDIA driver
  doctor  say what is there and what is missing; set up nothing
  test    run the tests
  any other command is one of the command line's: suite, list, plan, check, ... (each has --help)
`;

/**
 * Sets up what is missing, then runs a command. What the user can mend is told without a stack.
 *
 * @param {string[]} argv command and its arguments
 * @returns {Promise<number>} exit code
 */
export async function startCommand(argv) {
  try {
    return await run(argv);
  } catch (error) {
    const explained = explainFileError(error, 'set-up', 'set FACTORBENCH_CACHE to a folder of your own');
    if (!(explained instanceof SetupError)) throw error;
    process.stderr.write(`${explained.message}\n`);
    return 2;
  }
}

/** @param {string[]} argv @returns {Promise<number>} */
async function run([command, ...args]) {
  if (command === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  if (command === '--version' || (args.length === 1 && args[0] === '--version')) {
    process.stdout.write(`${versionLine(checkoutRoot)}\n`);
    return 0;
  }
  if (command === 'doctor') return doctor(args);
  if (command === 'setup' && readOptions(command, args).help) {
    process.stderr.write(usage);
    return 0;
  }
  const context = createContext({ root: checkoutRoot, env: process.env, command, args });
  const acted = await ensureSetUp(context, process.stderr);
  if (command === 'setup') {
    process.stderr.write(acted ? 'set-up complete\n' : 'all is set up\n');
    return 0;
  }
  if (command === 'test') return runTests(args);
  return command === 'bench' ? runBenchmarks(args) : runCommandLine([command, ...args]);
}

/** @param {string[]} argv @returns {Promise<number>} */
async function runCommandLine(argv) {
  const { main } = await importBuilt('cli/main.js');
  return main(argv);
}

/**
 * Benchmarks run TensorFlow in their own process, which so needs the environment that workers get, and whose library
 * writes log lines to the error output: they are told only where it fails.
 *
 * @param {string[]} args @returns {Promise<number>}
 */
async function runBenchmarks(args) {
  const { engineEnvironment } = await importBuilt('engine/environment.js');
  const env = engineEnvironment(process.env);
  if (env === process.env) return runCommandLine(['bench', ...args]);
  const start = fileURLToPath(new URL('start.mjs', import.meta.url));
  // A level that the user has set asks for the lines.
  if (process.env.TF_CPP_MIN_LOG_LEVEL !== undefined) return runNode([start, 'bench', ...args], { env });
  const { logFilter } = await importBuilt('engine/log-lines.js');
  const filter = logFilter();
  const exitCode = await runNode([start, 'bench', ...args], { env, stdio: ['inherit', 'inherit', 'pipe'] }, (text) =>
    process.stderr.write(filter.pass(text)),
  );
  process.stderr.write(filter.end());
  // Wrong usage, 2, is no failure of the engine.
  if (exitCode !== 0 && exitCode !== 2) process.stderr.write(filter.held());
  return exitCode;
}

/** @param {string} file */
function importBuilt(file) {
  return import(pathToFileURL(join(checkoutRoot, 'build/harness', file)).href);
}

/** @param {string[]} args @returns {Promise<number>} */
function runTests(args) {
  const vitest = join(checkoutRoot, 'node_modules/vitest/vitest.mjs');
  return runNode([vitest, 'run', ...args], { cwd: checkoutRoot });
}

/**
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @param {(text: string) => void} [onError] receives the error output, where it is piped
 * @returns {Promise<number>}
 */
function runNode(args, options, onError = () => {}) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
  child.stderr?.setEncoding('utf8').on('data', onError);
  // A terminal's Ctrl-C reaches the child as well; this process waits for it to end. Other signals are passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  if (hasTerminal()) process.on('SIGHUP', () => child.kill('SIGHUP'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}
