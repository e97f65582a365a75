import type { Variable } from '../../harness/engine/variable.ts';
import { type Store, weightsPath } from '../../harness/run/records/store.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { saveWeights } from '../../harness/weight-file.ts';
import { standInDigest } from './fixtures/record-of.mjs';

/** Keeps two numbers in a store, as the weights that the cell's record names. */
export async function keepWeights(store: Store, { cell, id }: PlannedCell, digest = standInDigest): Promise<void> {
  const value = { shape: [2], dtype: 'float32', dataSync: () => Float32Array.of(1.5, -2) };
  await saveWeights(weightsPath(store, { cell }), { cell, id, digest }, [{ name: 'w', value } as unknown as Variable]);
}
