import type { Device } from '../../run/protocol.ts';
import type { QueueAddress } from '../../run/queue/address.ts';
import type { Shard } from '../../run/records/shard.ts';
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
  /** The queue whose workers compute; left out: this process's own. */
  queue?: QueueAddress;
  check?: boolean;
  strict?: boolean;
  list?: boolean;
  plan?: boolean;
  json?: boolean;
  download?: boolean;
}
