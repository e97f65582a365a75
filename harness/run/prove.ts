import { grouped } from '../../baselines/arms.ts';
import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { type AsideOptions, withTemporaryStore } from './aside.ts';
import { runPool } from './pool.ts';
import { startProgress } from './progress.ts';
import { workerLanes } from './worker-lanes.ts';

/** Where cells are computed: with what words Node is started there. */
export interface ProofEnvironment {
  name: string;
  /** Program and first arguments; what runs follows them. */
  node: readonly string[];
  /** Whether each cell has a process of its own, as in runs; else they share some, whose start is slow in emulators. */
  isAlone: boolean;
}

export interface ProveOptions extends AsideOptions {
  cells: readonly PlannedCell[];
  environments: readonly ProofEnvironment[];
}

/** What one environment gave of a cell; null where there is no result, which `error` explains. */
export interface EnvironmentResult {
  environment: string;
  /** Digest of the initial values. */
  initial: string | null;
  /** Digest of the trained weights, measures and curve. */
  result: string | null;
  error: string | null;
}

/** One cell in all environments. */
export interface CellProof {
  suite: string;
  cell: string;
  /** Every environment gave a result, and all the same. */
  equal: boolean;
  /** Fewer than the environments where it was interrupted. */
  results: EnvironmentResult[];
}

/** This machine twice, it under each emulated processor, and with each other Node. */
export function environmentsOf(
  { cpu = [], node = [], emulator }: { cpu?: readonly string[]; node?: readonly string[]; emulator: string },
  ownNode: string,
): ProofEnvironment[] {
  return [
    { name: 'here', node: [ownNode], isAlone: true },
    { name: 'here again', node: [ownNode], isAlone: false },
    ...node.map((path) => ({ name: path, node: [path], isAlone: false })),
    ...cpu.map((model) => ({
      name: `${emulator} -cpu ${model}`,
      node: [emulator, '-cpu', model, ownNode],
      isAlone: false,
    })),
  ];
}

/**
 * Computes cells with portable arithmetic in each environment, in temporary folders, and compares their digests.
 *
 * @throws UsageError where an environment's program cannot be started
 */
export async function proveCells(options: ProveOptions): Promise<CellProof[]> {
  const { cells, environments, stream, jobs, timeLimitSeconds, signal } = options;
  const found = new Map<string, EnvironmentResult[]>(cells.map(({ id }) => [id, []]));
  const limited = cells.map((cell) => ({ ...cell, timeLimitSeconds }));
  // Names of cells, and so of files, are unique in their suite. What is interrupted has compared whole suites.
  for (const [suite, ofSuite] of grouped(limited, (cell) => cell.suite)) {
    for (const { name, node, isAlone } of environments) {
      if (signal.aborted) break;
      stream.write(`${suite}: ${name}\n`);
      const progress = startProgress({ cells: ofSuite, jobs, stream, now: () => performance.now() });
      const inEnvironment = {
        ...options,
        node,
        dataFolders: {},
        device: 'cpu',
        threads: 1,
        arithmetic: 'portable',
      } as const;
      try {
        await withTemporaryStore('prove', async (store) => {
          const settings = { ...inEnvironment, store, logs: false, resultOnly: true };
          const lanes = isAlone ? null : workerLanes(settings, signal);
          try {
            await runPool(ofSuite, {
              ...settings,
              ...(lanes === null ? {} : { runCell: lanes.runCell }),
              onProgress: progress.cellProgress,
              onRecord(record) {
                found.get(record.id)?.push(resultOf(name, record));
                progress.cellFinished(record);
              },
            });
          } finally {
            await lanes?.end();
          }
        });
      } finally {
        progress.stop();
      }
    }
  }
  return cells.map(({ suite, cell, id }) => {
    const results = found.get(id) ?? [];
    return { suite, cell, equal: areEqual(results), results };
  });
}

function resultOf(environment: string, record: CellRecord): EnvironmentResult {
  if (record.status === 'failed') return { environment, initial: null, result: null, error: record.error };
  const { initial_weights_digest: initial, result_digest: result } = record;
  return { environment, initial: initial?.slice(0, 16) ?? null, result, error: null };
}

function areEqual(results: readonly EnvironmentResult[]): boolean {
  const [first] = results;
  return (
    first?.result != null &&
    results.every(({ initial, result }) => initial === first.initial && result === first.result)
  );
}
