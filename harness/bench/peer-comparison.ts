import { alternate } from '../measure/alternation.ts';
import { timeTask } from '../measure/speed.ts';
import { median } from '../statistics/moments.ts';
import { type PairedRatio, pairedRatio } from './paired-ratio.ts';
import { runPeer } from './peer.ts';

export interface PeerComparison {
  /** Milliseconds of the task, one an alternation. */
  milliseconds: readonly number[];
  /** In the order of the commands. */
  peers: readonly PeerResult[];
}

export interface PeerResult {
  command: string;
  /** Median of what the peer measured, in milliseconds. */
  stepMs: number;
  /** The peer's time over the task's: above 1, the task is faster. */
  ratio: PairedRatio;
}

export interface PeerComparisonOptions {
  /** Command lines of the peers, for the shell. */
  commands: readonly string[];
  alternations: number;
  /** Timed calls of the task in each alternation, of which the median counts. */
  iterations: number;
  threads: number;
  env: NodeJS.ProcessEnv;
  /** Seconds that one run of a peer may take. */
  limitSeconds: number;
  onAlternation(milliseconds: readonly number[], alternation: number): void;
}

/** Measures a task and the peers' programs in turn, on one machine and within one stretch of time. */
export async function comparePeers(task: () => void, options: PeerComparisonOptions): Promise<PeerComparison> {
  const { commands, alternations, iterations, onAlternation } = options;
  const ours = async () => (await timeTask(task, { warmup: 1, timed: iterations })).median;
  const others = commands.map((command) => () => runPeer(command, options));
  const [milliseconds, ...theirs] = await alternate([ours, ...others], alternations, onAlternation);
  const peers = theirs.map((times, i) => ({
    command: commands[i]!,
    stepMs: median(times),
    ratio: pairedRatio(milliseconds!, times),
  }));
  return { milliseconds: milliseconds!, peers };
}

/** The peer with the smallest median time. */
export function fastestPeer(peers: readonly PeerResult[]): PeerResult {
  return peers.reduce((fastest, peer) => (peer.stepMs < fastest.stepMs ? peer : fastest));
}
