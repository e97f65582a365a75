import { familyOf } from './cell-id.ts';
import { methodOfCell } from './method-file.ts';
import { streamsOf } from './random.ts';
import type { Cell } from './spec/cell.ts';
import { wordsOfKind } from './spec/kinds.ts';
import type { CellContext } from './tasks/context.ts';
import type { NeededCell } from './tasks/needed.ts';
import { kindOf } from './tasks/registry.ts';
import type { Shared, Task } from './tasks/task.ts';

/** What a cell computes, and the digests of what it reads of others, in their order. */
export interface MadeTask {
  task: Task;
  neededDigests: string[];
}

export type TaskContext = Pick<CellContext, 'dataDir' | 'threads' | 'needed'> & { shared?: Shared };

/** Makes what a cell computes of its configuration, with its method and its named streams. The engine is loaded. */
export async function makeTask(cell: Cell, context: TaskContext): Promise<MadeTask> {
  const { config } = cell;
  const method = wordsOfKind(cell.kind).usesMethods ? await methodOfCell(cell) : null;
  const needed = await context.needed();
  const make = await kindOf(config.task).load();
  const task = await make(config, {
    method,
    streams: streamsOf(familyOf(config), config.seed),
    dataDir: context.dataDir,
    threads: context.threads,
    needed: (role) => ofRole(cell, needed, role),
    shared: context.shared,
  });
  return { task, neededDigests: cell.needs.map(({ role }) => ofRole(cell, needed, role).record.result_digest) };
}

function ofRole(cell: Cell, needed: ReadonlyMap<string, NeededCell>, role: string): NeededCell {
  const found = needed.get(role);
  if (found === undefined) throw new Error(`${cell.cell}: there is no needed cell of role ${role}`);
  return found;
}
