import { spawnSync } from 'node:child_process';

const timeoutMs = 60_000;

/**
 * Runs a tool to see whether it works.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {(status: number | null, stdout: string) => boolean} [succeeded] whether it works, by its exit code
 * @returns {{ output: string, error: string | null, said: string, status: number | null }} `output`: its standard
 *   output, trimmed; `error`: why it does not work; `said`: all that it printed
 */
export function tryTool(file, args, env, succeeded = (status) => status === 0) {
  const { stdout, stderr, status, signal, error } = spawnSync(file, args, {
    env,
    encoding: 'utf8',
    timeout: timeoutMs,
  });
  if (error !== undefined) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // EACCES: a folder of the PATH that may not be searched, or a file that may not be run.
    return {
      output: '',
      error: code === 'ENOENT' || code === 'EACCES' ? `${file} not found` : error.message,
      said: '',
      status: null,
    };
  }
  const said = `${stderr}\n${stdout}`.trim();
  if (succeeded(status, stdout)) return { output: stdout.trim(), error: null, said, status };
  const last = said.split('\n').at(-1);
  return { output: '', error: last || `ended with ${signal ?? `exit code ${status}`}`, said, status };
}
