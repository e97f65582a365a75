import { closeTerminalAtExit, hasTerminal } from '../setup/terminal.mjs';

/** Where a command reads and writes; tests give their own. */
export interface Io {
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
  /** Folder of the stored baselines; absent: `baselines/` of the checkout. */
  baselinesDir?: string;
  /** The entry of worker processes; absent: the program's own. */
  workerPath?: string;
}

/** Signals that come this soon after the first are the same one: a terminal and npm both pass Ctrl-C on. */
const sameSignalMs = 1000;

/**
 * Lets work go on that can no longer be told. A reader that has seen enough, such as head, or a terminal that was
 * closed, is no error; where the output cannot be written, as on a full disk, the returned function gives that error.
 */
export function ignoreLostReaders({ stdout, stderr }: Io): () => Error | null {
  let lost: Error | null = null;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') lost ??= error;
    });
  }
  return () => lost;
}

/**
 * Runs something that SIGINT, SIGTERM and, where a terminal can hang up on it, SIGHUP interrupt: the first aborts the
 * signal, which lets the work end in order; a second one ends the process at once. Without a terminal SIGHUP does
 * nothing.
 */
export async function withInterruption<T>(
  io: Io,
  work: (signal: AbortSignal) => Promise<T>,
  onTerminal: boolean = hasTerminal(),
): Promise<T> {
  const controller = new AbortController();
  let firstAt = 0;
  function onSignal(signal: NodeJS.Signals): void {
    if (signal === 'SIGHUP') closeTerminalAtExit();
    if (controller.signal.aborted) {
      if (performance.now() - firstAt > sameSignalMs) process.exit(130);
      return;
    }
    firstAt = performance.now();
    io.stderr.write('Interrupted: ending the workers; what is finished is kept. Once more ends at once.\n');
    controller.abort();
  }
  const onHangUp = onTerminal ? onSignal : () => {};
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onHangUp);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    process.off('SIGHUP', onHangUp);
  }
}

/** Rows of text in columns as wide as their widest cell, two spaces apart; numbers flush right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, value] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, String(value).length);
    }
  }
  const pad = (value: string | number, column: number) =>
    typeof value === 'number' ? String(value).padStart(widths[column]!) : value.padEnd(widths[column]!);
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}
