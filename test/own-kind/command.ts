import { fileURLToPath } from 'node:url';
import { main } from '../../harness/cli/main.ts';
import './register.ts';

/** The command line in a process of its own, which knows the kind of task of these tests. */
const [baselinesDir = '', ...argv] = process.argv.slice(2);
process.exitCode = await main(argv, {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  baselinesDir,
  workerPath: fileURLToPath(new URL('./worker.js', import.meta.url)),
});
