import type { BudgetPlan } from '../budget/budget.ts';
import type { Variable } from '../engine/variable.ts';
import type { Method } from '../methods/method.ts';
import type { Streams } from '../random.ts';
import type { CellRecord, EpochPoint } from '../record.ts';
import type { TrainerProgress, TrainingOutcome } from '../train/trainer.ts';

/** What a cell trains, made of its configuration: data, model, training step. */
export interface Task {
  budget: BudgetPlan;
  /** Multiply-accumulates of a forward pass for each example of a training batch, which shares what is composed. */
  passMacs: number;
  data: { digest: string; source: 'files' | 'generated'; train: number; test: number };
  /** The trainings that follow one another in the curve. */
  phases: { label: string; epochs: number }[];
  /** What making it could not do as asked; the record keeps these. */
  warnings: readonly string[];
  /** Everything that training changes, in a fixed order: what a checkpoint holds. */
  state: readonly Variable[];
  /** Trains for the epochs that the curve lacks. */
  train(options: TrainOptions): Promise<TrainingOutcome>;
  /** Reads the result off the trained model. Its weights are then final. */
  conclude(outcome: TrainingOutcome, onProgress: (progress: TrainerProgress) => void): Promise<Conclusion>;
  /** What the final weights are. */
  readonly variables: readonly Variable[];
  /** Times training and evaluation; the weights stay. */
  measure(): Promise<Speeds>;
}

export interface TrainOptions {
  curve: readonly EpochPoint[];
  onProgress(progress: TrainerProgress): void;
  onEpoch(curve: readonly EpochPoint[]): Promise<void>;
}

export type Conclusion = Pick<CellRecord, 'metric' | 'value' | 'best_value' | 'translation'> & {
  /** Under masks: what these keep, and the operations with it. */
  masked?: { parameters: number; macs: number | null } | undefined;
  /** Examples propagated forward and backward. */
  examples: number;
};

export type Speeds = Pick<
  CellRecord,
  'train_examples_per_second' | 'eval_examples_per_second' | 'step_ms' | 'tensor_peak_bytes'
>;

export interface TaskOptions {
  method: Method;
  streams: Streams;
  dataDir: string | null;
}
