import type { DefinitionRequest, WorkerMessage, WorkerRequest } from './protocol.ts';

/**
 * The entry of a worker process: one cell, told over the IPC channel, then the end; or one after another, where it is
 * told to stay, and those that are to be defined. It imports the engine only after the request came. The process ends
 * itself when its parent goes away; SIGTERM ends it at any time, which is safe because records and checkpoints are
 * written atomically.
 */

const send = process.send?.bind(process);
if (send === undefined) {
  process.stderr.write('This file is started by the runner only: npm run suite -- <suite>\n');
  process.exit(2);
}

// Ctrl-C in a terminal, and its end, reach the whole process group; the parent alone decides when its workers end.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

const endWithoutParent = (): never => process.exit(1);
process.once('disconnect', endWithoutParent);

function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    send!(message, undefined, undefined, (error) => {
      // A closed channel means that the parent is gone.
      if (error) endWithoutParent();
      resolve();
    });
  });
}

process.on('message', async (request: WorkerRequest | DefinitionRequest) => {
  if ('define' in request) {
    const { serveDefinition } = await import('./serve-definition.ts');
    await serveDefinition(request, tell);
    return;
  }
  const [{ serveCell }, { runCell }] = await Promise.all([import('./serve-cell.ts'), import('../cell.ts')]);
  const exitCode = await serveCell(request, { runCell, send: tell, now: () => performance.now() });
  if (request.stays) return;
  process.off('disconnect', endWithoutParent);
  process.exit(exitCode);
});
