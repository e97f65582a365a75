import type { Benchmark } from '../../bench/benchmark.ts';
import { UsageError } from '../../errors.ts';
import { chosenBy } from '../../name-matcher.ts';
import type { BenchOptions } from './bench-options.ts';

/**
 * The benchmarks that the options choose.
 *
 * @throws UsageError where options do not go together, or choose no benchmark, or not as many as they need
 */
export function selectBenchmarks(options: BenchOptions, known: readonly Benchmark[]): Benchmark[] {
  refuseContradictions(options);
  const chosen = chosenBy(options.only, known, ({ name }) => name, `${known.length} benchmarks`);
  if (options.peer !== undefined && chosen.length !== 1) {
    throw new UsageError(`--peer: let --only choose exactly one benchmark; now ${chosen.length}: ${namesOf(chosen)}`);
  }
  if (options.memory !== undefined && chosen.length !== 1) {
    throw new UsageError(`--memory: let --only choose exactly one benchmark; now ${chosen.length}: ${namesOf(chosen)}`);
  }
  return chosen;
}

function refuseContradictions({ json, csv, peer, alternations, peerLimit, profile, memory }: BenchOptions): void {
  if (json === true && csv === true) {
    throw new UsageError('--json with --csv: stdout can hold only one of them; leave one away.');
  }
  if (profile !== undefined && peer !== undefined) {
    throw new UsageError('--profile with --peer: a profile is not compared; leave one away.');
  }
  if (memory !== undefined && (peer !== undefined || profile !== undefined)) {
    throw new UsageError('--memory with --peer or --profile: one at a time; leave one away.');
  }
  if (alternations !== undefined && peer === undefined) {
    throw new UsageError('--alternations: only a comparison alternates; name a program with --peer COMMAND.');
  }
  if (peerLimit !== undefined && peer === undefined) {
    throw new UsageError('--peer-limit: it limits other programs; name one with --peer COMMAND.');
  }
}

/** The benchmarks' names, for messages. */
export function namesOf(benchmarks: readonly Benchmark[]): string {
  return benchmarks.map(({ name }) => name).join(', ');
}
