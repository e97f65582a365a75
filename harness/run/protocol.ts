import type { PlannedCell } from '../spec/cell.ts';
import type { DataFolderName } from '../spec/datasets.ts';
import type { CellProgress } from '../tasks/context.ts';

/** The messages between the pool and a worker process. */

export type Device = 'cpu' | 'gpu';

/** Folder of each data set whose files are present. */
export type DataFolders = Readonly<Partial<Record<DataFolderName, string>>>;

/** What a worker is told: one cell, and where to find and put things. */
export interface WorkerRequest {
  cell: PlannedCell;
  context: {
    /** Folder of the files of the cell's data set; null: it has none. */
    dataDir: string | null;
    /** Folder of this cell's checkpoints; survives the worker. */
    checkpointDir: string | null;
    device: Device;
    threads: number;
  };
  /** The output folder whose store receives the record. */
  outDir: string;
  /** The output folder that holds the cells that this one needs. */
  neededDir: string;
  /** Whether other cells need this one's weights, or all are kept. */
  keepsWeights: boolean;
}

/** What a worker says. `done` comes after the record lies on the disk. */
export type WorkerMessage =
  | { type: 'progress'; progress: CellProgress }
  | { type: 'done' }
  /** `usage`: bad input, a full disk; other cells would meet it too. */
  | { type: 'error'; message: string; usage: boolean };
