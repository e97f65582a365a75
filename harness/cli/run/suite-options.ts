import type { Device } from '../../run/protocol.ts';
import type { Shard } from '../../run/records/shard.ts';

/** The options of `suite` as the command line gives them; `plan` has those that decide the cells. */
export interface SuiteOptions {
  profile: string;
  only?: string[];
  /** Files, or names of the registry, of methods beside the suite's. */
  method?: string[];
  seeds?: number;
  jobs?: number;
  threads: number;
  device: Device;
  data?: string;
  out?: string;
  resume?: boolean;
  fresh?: boolean;
  retry?: number;
  failFast?: boolean;
  verbose?: boolean;
  shard?: Shard;
  check?: boolean;
  strict?: boolean;
  list?: boolean;
  plan?: boolean;
  json?: boolean;
  download?: boolean;
}
