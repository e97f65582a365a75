/**
 * Sets up a checkout in a process of its own: `set-up-runner.mjs ROOT`, with the tools and the cache of the
 * environment.
 */
import { createContext } from '../../harness/setup/context.mjs';
import { ensureSetUp } from '../../harness/setup/ensure.mjs';

const root = process.argv[2] ?? '';
const context = createContext({ root, env: process.env, command: 'setup', args: ['--device', 'cpu'] });
await ensureSetUp(context, process.stdout);
