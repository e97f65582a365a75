import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Whether a terminal is this process's input, output or error output. Where none is, as under nohup or a supervisor, a
 * hang-up of whatever started it is not for this process: it goes on. Node itself does not keep nohup's setting.
 *
 * @returns {boolean}
 */
export function hasTerminal() {
  return [0, 1, 2].some((descriptor) => isatty(descriptor));
}

/**
 * Lets this process exit with its code after its terminal is gone: Node sets a terminal back at its end, and aborts where
 * that fails, unless the process has closed it.
 */
export function closeTerminalAtExit() {
  process.once('exit', () => {
    for (const descriptor of [0, 1, 2]) {
      try {
        closeSync(descriptor);
      } catch {
        // It was closed before.
      }
    }
  });
}
