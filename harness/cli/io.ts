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
 * Runs something that SIGINT and SIGTERM interrupt: the first aborts the signal, which lets the work end in order; a
 * second one ends the process at once.
 */
export async function withInterruption<T>(io: Io, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let firstAt = 0;
  function onSignal(): void {
    if (controller.signal.aborted) {
      if (performance.now() - firstAt > sameSignalMs) process.exit(130);
      return;
    }
    firstAt = performance.now();
    io.stderr.write('Interrupted: ending the workers; what is finished is kept. Once more ends at once.\n');
    controller.abort();
  }
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
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
