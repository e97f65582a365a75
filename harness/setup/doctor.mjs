/** `npm run doctor`: says what is there and what is missing for a run; changes nothing. */

import { isNodeTooOld, oldestNode } from './node-version.mjs';

if (isNodeTooOld(process.versions.node)) {
  console.error(`Node ${process.versions.node} is too old: install Node ${oldestNode} or newer.`);
  process.exitCode = 2;
} else {
  const { startCommand } = await import('./command.mjs');
  process.exitCode = await startCommand(['doctor', ...process.argv.slice(2)]);
}
