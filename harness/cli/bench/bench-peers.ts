import type { PreparedBenchmark } from '../../bench/benchmark.ts';
import { comparePeers, fastestPeer, type PeerComparison } from '../../bench/peer-comparison.ts';
import type { Io } from '../io.ts';
import { type BenchOptions, defaultAlternations, defaultPeerLimit } from './bench-options.ts';
import type { BenchResult } from './bench-results.ts';

/** Compares a benchmark with `--peer`'s programs, telling each alternation on stderr. */
export async function measureBesidePeers(
  { task }: PreparedBenchmark,
  {
    peer: commands = [],
    iterations,
    threads,
    alternations = defaultAlternations,
    peerLimit = defaultPeerLimit,
  }: BenchOptions,
  io: Io,
  env: NodeJS.ProcessEnv,
): Promise<PeerComparison> {
  // The first call records the step's graph, which no later one does.
  task();
  return comparePeers(task, {
    commands,
    alternations,
    iterations,
    threads,
    env,
    limitSeconds: peerLimit,
    onAlternation: ([ours, ...theirs], alternation) => {
      const ratios = theirs.map((time) => `${time.toFixed(2)} ms (ratio ${(time / ours!).toFixed(3)})`).join(', ');
      io.stderr.write(`  ${alternation + 1}/${alternations}: ${ours!.toFixed(2)} ms; ${ratios}\n`);
    },
  });
}

/** The fields of a result that tell of the fastest peer. */
export function peerFields({
  peers,
}: PeerComparison): Pick<BenchResult, 'ratio_to_peer' | 'ratio_low' | 'ratio_high' | 'peer'> {
  const { command, ratio } = fastestPeer(peers);
  return {
    ratio_to_peer: ratio.median,
    ratio_low: ratio.interval.low,
    ratio_high: ratio.interval.high,
    peer: command,
  };
}

/** What JSON tells of every peer, the single ratios included. */
export function peersJson({ peers }: PeerComparison): object[] {
  return peers.map(({ command, stepMs, ratio: { ratios, median, interval, min, max } }) => ({
    command,
    step_ms: stepMs,
    ratio: median,
    ratio_low: interval.low,
    ratio_high: interval.high,
    coverage: interval.coverage,
    ratio_min: min,
    ratio_max: max,
    ratios,
  }));
}
