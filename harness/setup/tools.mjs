import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { diagnoseOutput, SetupError } from './errors.mjs';
import { isProcessAlive, processStartTicks } from './owner.mjs';

/**
 * The tools that the set-up runs (npm, pip, g++, tsc). Each is recorded in a file while it runs: if the set-up is
 * killed, its tool goes on alone, and the next set-up ends it before starting over.
 */

/** How much of a failed tool's output is shown: npm says at its start what went wrong, others at their end. */
const headLines = 8;
const tailLines = 16;
const keptCharacters = 1_000_000;

/**
 * @typedef {object} ToolRun
 * @property {string} what the step, for messages
 * @property {string} file the tool
 * @property {string[]} args
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string} recordPath where the running tool is recorded
 * @property {string} missing remedy where the tool is not found
 * @property {string} failed remedy where it fails for a reason of its own
 * @property {() => void} onTick called about four times a second
 */

/**
 * Runs a tool to its end.
 *
 * @param {ToolRun} run
 * @returns {Promise<void>}
 * @throws {SetupError} when it cannot be started or does not end with 0
 */
export async function runTool({ what, file, args, cwd, env, recordPath, missing, failed, onTick }) {
  // A process group of its own, so that what the tool starts can be ended with it.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid !== undefined) {
    writeFileSync(recordPath, JSON.stringify({ pid: child.pid, ticks: processStartTicks(child.pid) }));
  }
  let output = '';
  const collect = (/** @type {string} */ chunk) => {
    output = (output + chunk).slice(-keptCharacters);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const timer = setInterval(onTick, 250);
  const stop = passSignalsTo(child.pid);
  try {
    const { code, signal } = await ended(child);
    if (code !== 0) throw failure({ what, file, output, failed, ending: signal ?? `exit code ${code}` });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') {
      throw new SetupError(what, `${file} was not found`, missing, { cause: error });
    }
    throw error;
  } finally {
    clearInterval(timer);
    stop();
    rmSync(recordPath, { force: true });
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: string | null }>}
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** @param {{ what: string, file: string, output: string, failed: string, ending: string }} run */
function failure({ what, file, output, failed, ending }) {
  const known = diagnoseOutput(output);
  const detail = excerpt(output);
  return new SetupError(what, known?.why ?? `${file} failed (${ending})`, known?.remedy ?? failed, { detail });
}

/** @param {string} output */
function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= headLines + tailLines) return lines.join('\n');
  return [...lines.slice(0, headLines), '...', ...lines.slice(-tailLines)].join('\n');
}

/**
 * Ends the tool when this process is told to end; the process then ends as it would have without a tool.
 *
 * @param {number | undefined} pid leader of the tool's process group
 */
function passSignalsTo(pid) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const stop = () => {
    for (const signal of signals) process.off(signal, handle);
  };
  const handle = (/** @type {NodeJS.Signals} */ signal) => {
    if (pid !== undefined) killGroup(pid);
    stop();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, handle);
  return stop;
}

/**
 * Ends the tool that a killed set-up has left running, if any.
 *
 * @param {string} recordPath
 */
export function endAbandonedTool(recordPath) {
  let record;
  try {
    record = JSON.parse(readFileSync(recordPath, 'utf8'));
  } catch {
    // No record, or one cut short before the tool did anything.
    return;
  }
  if (record.ticks !== null && isProcessAlive(record.pid, record.ticks)) killGroup(record.pid);
  rmSync(recordPath, { force: true });
}

/** @param {number} pid */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
