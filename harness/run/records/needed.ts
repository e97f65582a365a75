import { cellCommand } from '../../cell-command.ts';
import type { FinishedRecord } from '../../record.ts';
import type { Cell, Need } from '../../spec/cell.ts';
import type { NeededCell } from '../../tasks/needed.ts';
import { readWeights, type SavedWeights } from '../../weight-file.ts';
import { readRunFile } from './run-file.ts';
import { readRecord, type Store, weightsPath } from './store.ts';

/** The finished cells that a cell reads from, by role. */
export async function neededCells(cell: Cell, store: Store): Promise<Map<string, NeededCell>> {
  const found = new Map<string, NeededCell>();
  for (const need of cell.needs) found.set(need.role, await neededCell(cell, need, store));
  return found;
}

async function neededCell({ cell }: Cell, need: Need, store: Store): Promise<NeededCell> {
  const record = await readRecord(store, need);
  if (record !== null && record.status !== 'failed') return { record, weights: () => weightsOf(store, record, cell) };
  throw new Error(`${cell} needs ${need.cell}, which has no finished record; run that first`);
}

async function weightsOf(store: Store, record: FinishedRecord, asking: string): Promise<SavedWeights> {
  const weights = await keptWeights(store, record);
  if (weights !== null) return weights;
  const night = (await readRunFile(store.outDir))?.night;
  throw new Error(
    `${asking} needs the weights of ${record.cell}, but ${weightsPath(store, record)} does not hold them; ` +
      `compute it anew: ${cellCommand(record, { dataDir: null, night, further: ['--fresh', '--out', store.outDir] })}`,
  );
}

/** The kept weights of a finished cell; null where they are not there, or not those of the record. */
export async function keptWeights(store: Store, record: FinishedRecord): Promise<SavedWeights | null> {
  const { id, weights_digest: digest } = record;
  return digest === null ? null : readWeights(weightsPath(store, record), { id, digest });
}
