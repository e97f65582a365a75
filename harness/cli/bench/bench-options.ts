import type { ProfileGrouping } from '../../bench/operation-summary.ts';

/** The options of `bench`. */
export interface BenchOptions {
  /** Globs on benchmarks' names. */
  only?: string[];
  iterations: number;
  threads: number;
  json?: boolean;
  csv?: boolean;
  /** Command lines of other programs. */
  peer?: string[];
  alternations?: number;
  /** Seconds that one run of a peer may take. */
  peerLimit?: number;
  profile?: ProfileGrouping;
  /** Calls of the benchmark whose memory is followed. */
  memory?: number;
}

/** One call a point. */
export const fewestMemoryCalls = 10;
/** Days of steps. */
export const mostMemoryCalls = 10_000_000;
/** Fewer pairs tell too little: the interval of 5 covers the median with 93.75 %. */
export const fewestAlternations = 5;
export const defaultAlternations = 7;
export const defaultPeerLimit = 600;

/** What stdout holds. */
export type OutputFormat = 'table' | 'json' | 'csv';

/** What the options ask stdout to hold. */
export function formatOf({ json, csv }: BenchOptions): OutputFormat {
  if (json === true) return 'json';
  return csv === true ? 'csv' : 'table';
}
