import { UsageError } from '../../errors.ts';
import type { Cell } from '../../spec/spec.ts';

/** Part `index` of `count`; both count from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Reads `I/N`. Throws UsageError unless 1 <= I <= N. */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(count) || index < 1 || index > count) {
    throw new UsageError(`--shard ${text}: expected I/N with 1 <= I <= N, for example --shard 1/4.`);
  }
  return { index, count };
}

/**
 * The cells of one shard, in the plan's order. The shards of one plan are disjoint and together complete: every machine
 * computes the same partition from the plan alone. Longest cells first, each goes to the shard with the least estimated
 * time so far (Graham's longest-processing-time rule); ties go to the earlier cell, to the shard
 * with fewer cells, to the lower shard.
 */
export function shardCells(cells: readonly Cell[], shard: Shard): Cell[] {
  const loads = Array.from({ length: shard.count }, () => ({ seconds: 0, cells: 0 }));
  const chosen = new Set<Cell>();
  for (const cell of longestFirst(cells)) {
    const lightest = loads.reduce((best, load) =>
      load.seconds < best.seconds || (load.seconds === best.seconds && load.cells < best.cells) ? load : best,
    );
    lightest.seconds += cell.estimatedSeconds;
    lightest.cells++;
    if (lightest === loads[shard.index - 1]) chosen.add(cell);
  }
  return cells.filter((cell) => chosen.has(cell));
}

/** Cells by falling estimate, in the plan's order where equal: long cells started late would leave workers idle. */
export function longestFirst(cells: readonly Cell[]): Cell[] {
  return [...cells].sort((a, b) => b.estimatedSeconds - a.estimatedSeconds);
}
