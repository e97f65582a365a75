import type { FinishedRecord } from '../record.ts';
import type { SavedWeights } from '../weight-file.ts';

/** A finished cell that another one reads from. */
export interface NeededCell {
  record: FinishedRecord;
  /** Its final weights. */
  weights(): Promise<SavedWeights>;
}
