import { writeFileAtomically } from '../../atomic-file.ts';
import { pointsIn } from '../../checkpoint-file.ts';
import { cleanName, cleanText } from '../../foreign-text.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { checkpointPath, type Store } from '../records/store.ts';
import type { WorkerListener } from '../worker-process.ts';
import { newestOnly } from './newest-only.ts';
import { copyUp, fileOrNull, nameOf } from './shared-files.ts';
import { largestTensors, type SharedStore, TooLargeError } from './shared-store.ts';

/** A run's checkpoints, which move between machines. */
export interface SharedCheckpoints {
  /** Before a cell begins: makes the newest of its checkpoints, whichever machine left it, the one that it finds here. */
  fetch(cell: PlannedCell): Promise<void>;
  /**
   * Copies each further checkpoint of a cell into the store while it trains, of those that wait the newest alone. A
   * training goes on where that fails: the checkpoint lies here.
   *
   * @param listener is told what the cell's worker says
   */
  follow(cell: PlannedCell, listener: WorkerListener): { listener: WorkerListener; ended(): Promise<void> };
  /** Of a finished cell. */
  remove(cell: PlannedCell): Promise<void>;
}

export function sharedCheckpoints(store: Store, shared: SharedStore, tell: (line: string) => void): SharedCheckpoints {
  const name = (cell: PlannedCell) => nameOf(store, checkpointPath(store, cell));

  async function theirsOf(cell: PlannedCell): Promise<Buffer | null> {
    try {
      return await shared.get(name(cell), largestTensors);
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      tell(`${error.message} ${cell.cell} does not go on from it.`);
      return null;
    }
  }

  async function copy(cell: PlannedCell): Promise<void> {
    try {
      await copyUp(shared, store, checkpointPath(store, cell));
    } catch (error) {
      tell(`${cell.cell}: its checkpoint stays on this machine alone: ${cleanText((error as Error).message, 500)}`);
    }
  }

  return {
    async fetch(cell) {
      const theirs = await theirsOf(cell);
      if (theirs === null) return;
      const points = pointsIn(theirs, cell);
      if (points === null) {
        tell(`${shared.shown}/${cleanName(name(cell))} is no checkpoint of ${cell.cell}; it is left.`);
        return;
      }
      const path = checkpointPath(store, cell);
      const own = await fileOrNull(path);
      if (own === null || points > (pointsIn(own, cell) ?? -1)) await writeFileAtomically(path, theirs);
    },
    follow(cell, listener) {
      const copies = newestOnly(() => copy(cell));
      const onPoint: WorkerListener['onPoint'] = (point) => {
        listener.onPoint(point);
        copies.ask();
      };
      return { listener: { ...listener, onPoint }, ended: copies.ended };
    },
    remove: (cell) => shared.remove(name(cell)),
  };
}
