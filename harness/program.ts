import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders and files of the harness that decide a cell's result; names without their extension. */
export const deciding: readonly string[] = [
  'engine',
  'shape',
  'nn',
  'methods',
  'budget',
  'sparse',
  'tensor',
  'init',
  'regularize',
  'optim',
  'train',
  'decode',
  'text',
  'data',
  'measure',
  'random',
  'canonical-json',
  'digest',
  'cell-id',
  'safetensors',
  'tensor-file',
  'weight-file',
  'tasks',
  'make-task',
  'cell',
  'method-file',
];

/**
 * First 16 hexadecimal digits of the SHA-256 over the code that decides a cell's result, as it lies beside this file.
 * A record of another program is not kept when a run goes on, and a checkpoint of another one is not continued.
 */
export function programDigest(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const hash = createHash('sha256');
  for (const name of deciding.flatMap((entry) => codeOf(here, entry))) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(here, name)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function codeOf(here: string, entry: string): string[] {
  const file = [`${entry}.js`, `${entry}.ts`].find((name) => existsSync(join(here, name)));
  if (file !== undefined) return [file];
  return readdirSync(join(here, entry), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|ts)$/.test(name))
    .sort()
    .map((name) => `${entry}/${name}`);
}
