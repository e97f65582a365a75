/** Entry of every command: checks Node, sets up what is missing, then runs the command. */

import { isNodeTooOld, oldestNode } from './node-version.mjs';
import { hasTerminal } from './terminal.mjs';

if (!hasTerminal()) process.on('SIGHUP', () => {});

if (isNodeTooOld(process.versions.node)) {
  console.error(`Node ${process.versions.node} is too old: install Node ${oldestNode} or newer.`);
  process.exitCode = 2;
} else {
  const { startCommand } = await import('./command.mjs');
  process.exitCode = await startCommand(process.argv.slice(2));
}
