import { defineCell } from '../define-cell.ts';
import { UsageError } from '../errors.ts';
import { sharingLast } from '../tasks/task.ts';
import type { DefinitionRequest, WorkerMessage } from './protocol.ts';
import { messageOf } from './serve-cell.ts';

/** Cells that come one after another are mostly of one data set. */
const shared = sharingLast();

/** Defines one cell in the worker, and tells its definition or what went wrong. */
export async function serveDefinition(
  { define: cell, context }: DefinitionRequest,
  send: (message: WorkerMessage) => Promise<void>,
): Promise<void> {
  try {
    const needed = async () => new Map();
    await send({ type: 'definition', definition: await defineCell(cell, { ...context, needed, shared }) });
  } catch (error) {
    await send({ type: 'error', message: messageOf(error), usage: error instanceof UsageError });
  }
}
