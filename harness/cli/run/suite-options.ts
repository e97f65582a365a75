import type { Device } from '../../run/protocol.ts';
import type { QueueAddress } from '../../run/queue/address.ts';
import type { Shard } from '../../run/records/shard.ts';
import type { StoreAddress } from '../../run/shared/store-address.ts';
import type { Setting } from './set-option.ts';

/** The options of `suite` as the command line gives them; `plan` has those that decide the cells. */
export interface SuiteOptions {
  profile: string;
  /** Every suite instead of named ones. */
  all?: boolean;
  only?: string[];
  /** Files, or names of the registry, of methods beside the suite's. */
  method?: string[];
  seeds?: number;
  /** The date of a night, which decides the seeds. */
  night?: string;
  /** Further fresh seeds of each arm in the night. */
  extra?: number;
  /** Whether what is not decided, or suspect, gets more seeds. */
  escalate?: boolean;
  /** The file with the nights so far. */
  history?: string;
  /** Values to try out in place of the suite's. */
  set?: Setting[];
  /** At most so many training examples of each data set. */
  limit?: number;
  jobs?: number;
  threads: number;
  device: Device;
  /** Absent: as the profile has it. */
  portable?: boolean;
  data?: string;
  out?: string;
  keepWeights?: boolean;
  resume?: boolean;
  fresh?: boolean;
  retry?: number;
  failFast?: boolean;
  verbose?: boolean;
  shard?: Shard;
  /** Where other machines share records, weights and checkpoints. */
  store?: StoreAddress;
  /** The queue whose workers compute; left out: this process's own. */
  queue?: QueueAddress;
  check?: boolean;
  strict?: boolean;
  /** Run cells that are expected to take more memory than there is. */
  overcommit?: boolean;
  list?: boolean;
  plan?: boolean;
  json?: boolean;
  download?: boolean;
}

/** The options of `plan`: those of `suite` that decide the cells, and the files for batch systems. */
export interface PlanFileOptions extends SuiteOptions {
  /** File of an array script for Slurm. */
  slurm?: string;
  /** File of a Job for Kubernetes. */
  kubernetes?: string;
  /** Tasks that the cells are shared out to. */
  tasks?: number;
  /** Kubernetes: the image, and the claim of the volume. */
  image?: string;
  claim?: string;
}
