import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The checkout's folder: the nearest one upwards that holds package.json. Compiled code lies one folder deeper than its
 * source, so no fixed number of steps leads there.
 */
export function checkoutFolder(from: string = dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('The program lies in no checkout: there is no package.json above it.');
  return checkoutFolder(parent);
}

/** The entry of processes that try a method's file: the compiled one, which the set-up makes before anything runs. */
export function methodTrialPath(): string {
  return join(checkoutFolder(), 'build', 'harness', 'cli', 'run', 'method-trial.js');
}

/** The worker's entry: compiled beside compiled code, the source beside the source. */
export function workerPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(`../run/worker${extension}`, import.meta.url));
}
