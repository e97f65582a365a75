export interface CellProgress {
  phase: 'prepare' | 'train' | 'evaluate' | 'measure';
  /** Counted from 1; 0 while preparing. */
  epoch: number;
  epochs: number;
  step: number;
  /** Of the whole training. */
  steps: number;
  loss: number | null;
}

export interface CellContext {
  dataDir: string | null;
  /** Where the cell keeps its state after each epoch; null: nowhere. */
  checkpointDir: string | null;
  device: 'cpu' | 'gpu';
  threads: number;
  onProgress(progress: CellProgress): void;
}
