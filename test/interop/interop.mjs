/**
 * Reads exports back with the programs that they are for: pandas, TensorBoard's own reader and safetensors', from PyPI in
 * a virtual environment of its own. Of the nightly workflow: `npm run interop`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = ['pandas==2.3.3', 'pyarrow==22.0.0', 'tensorboard==2.20.0', 'safetensors==0.7.0', 'numpy==2.2.6'];
const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'factorbench-interop-'));

/**
 * @param {string} file
 * @param {string[]} args
 */
const run = (file, ...args) => execFileSync(file, args, { cwd: root, stdio: 'inherit' });

/** @param {string[]} args */
const factorbench = (...args) => run(process.execPath, join(root, 'harness/setup/start.mjs'), ...args);

try {
  run('python3', '-m', 'venv', join(dir, 'python'));
  const python = join(dir, 'python/bin/python');
  run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages);
  const out = join(dir, 'run');
  const cells = 'low-rank*.default.weight-decay.*seed-0';
  factorbench('suite', 'compression', '--only', cells, '--limit', '256', '--keep-weights', '--out', out);
  factorbench('export', out, '--to', join(dir, 'frames'));
  factorbench('export', out, '--format', 'tensorboard', '--to', join(dir, 'runs'));
  run(python, fileURLToPath(new URL('read-back.py', import.meta.url)), dir);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
