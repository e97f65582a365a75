import { type BudgetPlan, macsInBatch } from '../budget/budget.ts';
import type { Variable } from '../engine/variable.ts';
import type { Method } from '../methods/method.ts';
import type { Streams } from '../random.ts';
import type { CurvePoint, ExactCheck, FinishedRecord, Measure } from '../record.ts';
import type { Definition } from '../spec/definition.ts';
import type { BaseConfig } from '../spec/words.ts';
import type { TrainingOutcome } from '../train/loop.ts';
import type { CellProgress } from './context.ts';
import type { NeededCell } from './needed.ts';

/**
 * What a cell computes, made of its configuration. A training has data, variables and a curve; a closed form may have
 * none.
 */
export interface Task {
  /** Null where nothing has a size. */
  size: TaskSize | null;
  /** Null where it uses no data. */
  data: TaskData | null;
  /** The trainings that follow one another in the curve. */
  phases: { label: string; epochs: number }[];
  /** What making it could not do as asked; the record keeps these. */
  warnings: readonly string[];
  /** Everything that training changes, in a fixed order: what a checkpoint holds. */
  state: readonly Variable[];
  /** Trains or computes what the curve lacks. */
  train(options: TrainOptions): Promise<TrainingOutcome>;
  /** Reads the result off what was trained. The weights are then final. */
  conclude(outcome: TrainingOutcome, onProgress: (progress: TaskProgress) => void): Promise<Conclusion>;
  /** What the final weights are. */
  readonly variables: readonly Variable[];
  /** Times training and evaluation; the weights stay. Left out: there is nothing to time. */
  measure?(): Promise<Speeds>;
  /**
   * Makes ready a training step on one batch, to be timed over and over: the weights stay. Left out: the cell has no
   * steps.
   */
  idleStep?(): () => void;
  /**
   * What the engine is asked to compute, told before anything is trained; the state stays. Left out: the kind cannot
   * tell.
   */
  definition?(): Promise<Definition>;
  /** Frees the recorded graphs. Left out: there are none. */
  dispose?(): void;
}

export interface TaskSize {
  /** Parameters kept over those of the dense network. */
  ratio: number;
  /** The same of weights only. */
  weightRatio: number;
  /** Multiply-accumulates of one example's forward pass. */
  macs: number;
  /** The same for each example of a training batch, which shares what is composed. */
  batchMacs: number;
}

export interface TaskData {
  digest: string;
  source: 'files' | 'generated';
  train: number;
  /** Examples that are held out to select by; null: none. */
  validation: number | null;
  test: number;
}

/** The size of a network under a method. */
export function sizeOf(budget: BudgetPlan, batchSize: number): TaskSize {
  const { ratio, weightRatio, passMacs: macs } = budget;
  return { ratio, weightRatio, macs, batchMacs: macsInBatch(budget, batchSize) };
}

export type TaskProgress = Omit<CellProgress, 'epochs'>;

export interface TrainOptions {
  curve: readonly CurvePoint[];
  onProgress(progress: TaskProgress): void;
  /** Called after each part of the training, such as an epoch, with the whole curve. */
  onPoint(curve: readonly CurvePoint[]): Promise<void>;
}

export interface Conclusion {
  /** By metric, in the order of the kind's words. */
  measures: Measure[];
  /** Quantities whose right values are known. */
  checks: ExactCheck[];
  /** As the kind's words say; null where there is nothing. */
  details: unknown;
  /** Under masks: what these keep, and the operations with it. */
  masked?: { parameters: number; macs: number | null } | undefined;
  /** Examples propagated forward and backward. */
  examples: number;
  /**
   * Multiply-accumulates of all forward passes of training, where not all were of the final network; left out: those of
   * `TaskSize.batchMacs` for each of the examples.
   */
  forwardMacs?: number;
}

export type Speeds = Pick<
  FinishedRecord,
  'train_examples_per_second' | 'eval_examples_per_second' | 'step_ms' | 'tensor_peak_bytes'
>;

export interface TaskOptions {
  /** Null where the kind's methods are words of its own. */
  method: Method | null;
  streams: Streams;
  dataDir: string | null;
  /** Threads that it may use. */
  threads: number;
  /** The needed cell of a role. */
  needed(role: string): NeededCell;
  /**
   * Loads data, or gives what was loaded under the same key before. Left out: each cell loads its own.
   *
   * @param key says all that the data follow from
   */
  shared?: Shared | undefined;
}

export type Shared = <T>(key: string, load: () => Promise<T>) => Promise<T>;

/** Data that cells of one process share: those that were asked for last. */
export function sharingLast(): Shared {
  let last: { key: string; loaded: Promise<unknown> } | null = null;
  return <T>(key: string, load: () => Promise<T>) => {
    if (last?.key !== key) last = { key, loaded: load() };
    return last.loaded as Promise<T>;
  };
}

/** Loads the data of a cell, where it shares none. */
export const loadingOwn: Shared = (_, load) => load();

/** A method of the registry or from a file, which a kind's words say that its cells have. */
export function methodFor(config: BaseConfig, method: Method | null): Method {
  if (method === null)
    throw new Error(`task ${config.task}: method ${config.method} was not looked up in the registry`);
  return method;
}
