import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import type { CellPoint, CellProgress } from '../tasks/context.ts';
import type { Store } from './records/store.ts';
import type { SharedRun } from './shared/shared-run.ts';

/** Who computes cells that this process only follows. */
export interface Crowd {
  /** Cells that are being computed. */
  running: number;
  /** Processes that take cells. */
  workers: number;
}

/** What of a run every way to execute it is told. */
export interface Execution {
  /** Receives the records. */
  store: Store;
  /** What other machines share of the run; left out: nothing. */
  shared?: SharedRun | undefined;
  /** Records of cells that were finished before, which the cells may need. */
  finished?: readonly CellRecord[];
  /** Keep the final weights of all cells, also where no other one needs them. */
  keepWeights?: boolean | undefined;
  /** After the first failed cell, ends what runs and starts no further cells. */
  failFast?: boolean;
  /** Starts no further cells; what is being computed ends, or goes on without this process. */
  signal: AbortSignal;
  onProgress(cell: PlannedCell, progress: CellProgress): void;
  onPoint?(cell: PlannedCell, point: CellPoint): void;
  /** Called once for each cell that ended with a record, in the order of their ends. */
  onRecord(record: CellRecord): void;
  /** Told every few seconds where others compute. */
  onCrowd?(crowd: Crowd): void;
}

/** A way to bring cells to records: the pool of this process, or the workers of a queue. */
export interface Executor {
  /** Whether other processes than this one's children compute. */
  readonly elsewhere: boolean;
  /**
   * Looks whether cells can be computed, before the output folder changes, and gives what the reports need to say of it.
   *
   * @throws UsageError where they cannot
   */
  prepare(): Promise<readonly string[]>;
  /**
   * Brings the cells to records, each after those that it needs. A cell that fails gives a failed record, cells that
   * need it too, and the others go on. Resolves to the records in the order of their ends; interrupted cells have none.
   *
   * @throws UsageError where no record can be written
   */
  execute(cells: readonly PlannedCell[], execution: Execution): Promise<CellRecord[]>;
  /** Lets go of what `prepare` took. */
  close(): Promise<void>;
}
