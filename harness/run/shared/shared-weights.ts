import { writeFileAtomically } from '../../atomic-file.ts';
import type { FinishedRecord } from '../../record.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { weightsIn } from '../../weight-file.ts';
import { keptWeights } from '../records/needed.ts';
import { type Store, weightsPath } from '../records/store.ts';
import { inParallel } from './in-parallel.ts';
import { fileOrNull, nameOf } from './shared-files.ts';
import { atOnce, largestTensors, type SharedStore } from './shared-store.ts';

/** A run's weights, in the store under the cell's name and their digest: two results of a cell do not meet there. */
export interface SharedWeights {
  /** Copies a record's weights into the store; does nothing where they are not kept here. */
  put(record: FinishedRecord): Promise<void>;
  /** Whether a record's weights, where it has any, are in the output folder, if need be from now on. */
  fetch(record: FinishedRecord): Promise<boolean>;
  /**
   * Fetches the weights that remaining cells read. Cells whose weights are lost leave `done`: they remain themselves,
   * and need theirs.
   */
  fetchFor(cells: readonly PlannedCell[], done: Map<string, FinishedRecord>): Promise<void>;
}

export function sharedWeights(store: Store, shared: SharedStore, keepWeights: boolean): SharedWeights {
  const name = ({ cell, weights_digest: digest }: FinishedRecord) =>
    nameOf(store, weightsPath(store, { cell: `${cell}-${digest?.slice(0, 16)}` }));

  async function fetch(record: FinishedRecord): Promise<boolean> {
    const { id, weights_digest: digest } = record;
    if (digest === null || (await keptWeights(store, record)) !== null) return true;
    const bytes = await shared.get(name(record), largestTensors);
    if (bytes === null || weightsIn(bytes, { id, digest }) === null) return false;
    await writeFileAtomically(weightsPath(store, record), bytes);
    return true;
  }

  return {
    async put(record) {
      if (record.weights_digest === null) return;
      const bytes = await fileOrNull(weightsPath(store, record));
      if (bytes !== null) await shared.put(name(record), bytes);
    },
    fetch,
    async fetchFor(cells, done) {
      const planned = new Map(cells.map((cell) => [cell.id, cell]));
      let wanted = keepWeights ? [...done.keys()] : [];
      let remaining = cells.filter(({ id }) => !done.has(id));
      do {
        wanted.push(...remaining.flatMap(({ needs }) => needs.map(({ id }) => id)));
        const lost: PlannedCell[] = [];
        await inParallel([...new Set(wanted)], atOnce, async (id) => {
          const record = done.get(id);
          if (record === undefined || (await fetch(record))) return;
          done.delete(id);
          lost.push(planned.get(id)!);
        });
        [remaining, wanted] = [lost, []];
      } while (remaining.length > 0);
    },
  };
}
