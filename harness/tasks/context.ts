import type { CurvePoint } from '../record.ts';
import type { NeededCell } from './needed.ts';

export const phaseNames = ['prepare', 'train', 'evaluate', 'measure'] as const;

export interface CellProgress {
  phase: (typeof phaseNames)[number];
  /** Counted from 1; 0 while preparing. */
  epoch: number;
  epochs: number;
  step: number;
  /** Of the whole training. */
  steps: number;
  loss: number | null;
}

/** What was measured after a part of a training, such as an epoch. */
export type CellPoint = Pick<CurvePoint, 'at' | 'values'>;

export interface CellContext {
  dataDir: string | null;
  /** Where the cell keeps its state after each part of its training; null: nowhere. */
  checkpointDir: string | null;
  /** The file for its final weights; null: they are not kept. */
  weightsPath: string | null;
  device: 'cpu' | 'gpu';
  threads: number;
  /** The result alone counts: neither speeds nor a definition are asked for. */
  resultOnly?: boolean;
  /** The cells that it reads from, by role. */
  needed(): Promise<ReadonlyMap<string, NeededCell>>;
  onProgress(progress: CellProgress): void;
  onPoint?(point: CellPoint): void;
}
