import { loadEngine } from './engine/tensorflow.ts';
import { makeTask, type TaskContext } from './make-task.ts';
import type { Cell } from './spec/cell.ts';
import type { Definition } from './spec/definition.ts';
import type { CellContext } from './tasks/context.ts';

/** Where a cell is defined, not trained. */
export type DefinitionContext = TaskContext & Pick<CellContext, 'device'>;

/**
 * What a cell asks the engine to compute; null where its kind cannot tell. What it made is freed: many cells may come
 * one after another.
 */
export async function defineCell(cell: Cell, context: DefinitionContext): Promise<Definition | null> {
  loadEngine({ threads: context.threads, device: context.device });
  const { task } = await makeTask(cell, context);
  try {
    return (await task.definition?.()) ?? null;
  } finally {
    task.dispose?.();
    for (const variable of task.state) variable.dispose();
  }
}
