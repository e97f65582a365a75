/** Installs the server of buckets that tests ask, once for a user: what is missing for that is said, and no error. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { motoFolder, motoPackages, motoProgram } from './moto-place.mjs';

/** Whether a program ends well; its output is shown. @param {string} program @param {string[]} args */
const succeeds = (program, ...args) => spawnSync(program, args, { stdio: 'inherit' }).status === 0;

if (!existsSync(motoProgram)) {
  rmSync(motoFolder, { recursive: true, force: true });
  const pip = [join(motoFolder, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const [python = 'python3', ...install] = pip;
  if (!succeeds('python3', '-m', 'venv', motoFolder) || !succeeds(python, ...install, ...motoPackages)) {
    rmSync(motoFolder, { recursive: true, force: true });
    process.stdout.write('No virtual environment with moto could be made: the tests of buckets are skipped.\n');
  }
}
