import type { Method } from '../methods/method.ts';
import type { Cost } from '../spec/cost.ts';
import type { BaseConfig, Overrides } from '../spec/words.ts';
import type { Task, TaskOptions } from './task.ts';

/** What is known of a cell before it runs. */
export interface Outline {
  /** Parameters kept over those of the dense network; null where training finds it, or nothing is kept. */
  ratio: number | null;
  /** Parameters kept; null where they are not known. */
  parameters: number | null;
  cost: Cost;
}

/** What a kind of task does. Its words are in `harness/spec`, its part of the reports in `reports/kinds`. */
export interface Kind<C extends BaseConfig = BaseConfig> {
  readonly task: string;
  /**
   * @param method null where the kind's methods are words of its own
   * @throws UsageError where the method does not go with the configuration
   */
  outline(config: C, method: Method | null): Outline;
  /**
   * Whether a method of the registry or of a file can be used at all, at some budget; left out: the kind's methods are
   * words of its own.
   */
  accepts?(method: Method): boolean;
  /** Why a combination of method and factors could change nothing, a sentence; null where it could. */
  refusal?(config: C, method: Method | null): string | null;
  /**
   * Why the data set has fewer examples than a configuration asks for, a sentence with the fields; null where it has
   * them, or where only its files tell. Left out: only these do.
   */
  examplesRefusal?(config: C): string | null;
  /**
   * The fields of a configuration that leave it at most so many training examples, and held-out and test examples in
   * proportion; none where it has no more. Left out: its cells have none that could be limited.
   */
  limited?(config: C, most: number): Overrides;
  /**
   * What leaves its cells some training steps and a test, as proofs in many environments can afford: at most so many
   * training examples, and values of fields. Left out: its cells are small as they are.
   */
  readonly tiny?: { readonly limit?: number; readonly set: Overrides };
  /**
   * The fields that leave a cell as small as it can be and still be asked what it computes: few examples that are drawn
   * in place of its files, small batches, a narrow network, and initial values that are drawn, as a decomposition would
   * take longer than all else. What tells its arm from others and is not among these stays. Left out: its cells of
   * published sizes cannot be afforded.
   */
  reduced?(config: C): Overrides;
  /** What a training step holds at once: cells of equal model, data set and batch need about the same memory. */
  batchOf(config: C): number;
  /**
   * The digest of what a cell is trained and tested on, as its fingerprint has it; null where it cannot be known
   * without running: for data that follow from the program, and for images that only a worker can decode.
   *
   * @param dataDir the folder of the data set's files
   * @throws UsageError where files are damaged, or hold less than asked for
   */
  dataDigest(config: C, dataDir: string): Promise<string | null>;
  /**
   * The configuration whose training step those of all arms are held against: the dense network's. Left out: the kind
   * has no steps to time.
   */
  reference?(config: C): C;
  /** Loads what runs a cell, the engine included, which planning does without. */
  load(): Promise<(config: C, options: TaskOptions) => Promise<Task>>;
}
