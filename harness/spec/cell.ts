import type { Cost } from './cost.ts';
import type { Tuning } from './tuning.ts';
import type { BaseConfig, Factor, ProfileName } from './words.ts';

/** A cell that another one reads from. */
export interface Need {
  /** What it is to the cell that needs it: `teacher`. */
  role: string;
  id: string;
  cell: string;
}

/** One training run or computation of a plan. */
export interface Cell {
  /** First 16 hexadecimal digits of the SHA-256 of the canonical JSON of `config`. */
  id: string;
  suite: string;
  profile: ProfileName;
  /**
   * Readable, unique in its suite and profile, safe as a file name:
   * `low-rank-0.1.spectral.frobenius-decay.resnet-20.cifar-10.seed-0`.
   */
  cell: string;
  kind: string;
  /** Names for tables; null where the kind has none. */
  model: string | null;
  dataset: string | null;
  /** Its coordinates beside model, data set and seed, in the kind's order; `method` is the first. */
  factors: readonly Factor[];
  /** Ratio of parameters kept, known before training; null where training finds it, or nothing is kept. */
  ratio: number | null;
  seed: number;
  /** Cells of the plan that it reads from; they run before it. */
  needs: readonly Need[];
  config: BaseConfig;
  /** What its learning rate and λ were found by; only of a tuned cell. */
  tuning?: Tuning | undefined;
  /** The file that the method comes from, absolute; only where the configuration has its digest. */
  origin?: string | undefined;
}

/** A cell that is to be run. */
export interface PlannedCell extends Cell {
  /** Parameters kept, known before training; null where they are not. */
  parameters: number | null;
  cost: Cost;
  /** Of its cost: on the reference machine, so that plans and shards are the same everywhere, or on the one that runs it. */
  estimatedSeconds: number;
  timeLimitSeconds: number;
  /** Whether another cell of the plan reads from it: its weights are then kept. */
  isNeeded: boolean;
  /** Why it can be counted and not run: nothing fits that was found for its tuned arm. */
  untuned?: string | undefined;
}
