import { UsageError } from '../../errors.ts';
import type { PlannedCell } from '../../spec/cell.ts';

/** Part `index` of `count`; both count from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** More machines than anyone has; it keeps slips of the finger from filling the memory. */
const mostShards = 10_000;

/** Reads `I/N`. Throws UsageError unless 1 <= I <= N, and N is a number of machines that one could have. */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match === null || index < 1 || index > count || count > mostShards) {
    throw new UsageError(
      `--shard ${text}: expected I/N with 1 <= I <= N (at most ${mostShards}), for example --shard 1/4.`,
    );
  }
  return { index, count };
}

/**
 * The cells of one shard, as `shardCells` gives them.
 *
 * @throws UsageError where the shard has none: a run of it would pass, and have computed nothing
 */
export function cellsOfShard(cells: readonly PlannedCell[], shard: Shard): PlannedCell[] {
  const chosen = shardCells(cells, shard);
  if (chosen.length > 0) return chosen;
  const groups = groupsOf(cells).length;
  const together = groups === cells.length ? '' : ` in ${groups} groups that stay together`;
  throw new UsageError(
    `--shard ${shard.index}/${shard.count}: holds no cell: there are ${cells.length} cells${together}; make ` +
      `${groups} shards or fewer.`,
  );
}

/**
 * The cells of one shard, in the plan's order. The shards of one plan are disjoint and together complete: every machine
 * computes the same partition from the plan alone.
 */
export function shardCells(cells: readonly PlannedCell[], { index, count }: Shard): PlannedCell[] {
  return shardsOf(cells, count)[index - 1] ?? [];
}

/**
 * All shards, each in the plan's order. Cells that read from each other stay together, so that no shard waits for
 * another one. The longest of these groups first, each goes to the shard with the least estimated time so far (Graham's
 * longest-processing-time rule); ties go to the earlier group, to the shard with fewer cells, to the lower shard.
 */
export function shardsOf(cells: readonly PlannedCell[], count: number): PlannedCell[][] {
  const loads = Array.from({ length: count }, (_, shard) => ({ shard, seconds: 0, cells: 0 }));
  const shardOf = new Map<PlannedCell, number>();
  for (const { members, estimatedSeconds } of longestFirst(groupsOf(cells))) {
    const lightest = loads.reduce((best, load) =>
      load.seconds < best.seconds || (load.seconds === best.seconds && load.cells < best.cells) ? load : best,
    );
    lightest.seconds += estimatedSeconds;
    lightest.cells += members.length;
    for (const cell of members) shardOf.set(cell, lightest.shard);
  }
  const shards: PlannedCell[][] = loads.map(() => []);
  for (const cell of cells) shards[shardOf.get(cell) ?? 0]?.push(cell);
  return shards;
}

/** Cells that stay together. */
export interface Group {
  members: PlannedCell[];
  estimatedSeconds: number;
}

/** Cells that read from each other, directly or not, in the order of their first members. */
export function groupsOf(cells: readonly PlannedCell[]): Group[] {
  const leader = new Map(cells.map(({ id }) => [id, id]));
  const leaderOf = (id: string): string => {
    const above = leader.get(id) ?? id;
    return above === id ? id : leaderOf(above);
  };
  for (const { id, needs } of cells) {
    for (const need of needs) if (leader.has(need.id)) leader.set(leaderOf(need.id), leaderOf(id));
  }
  const groups = new Map<string, Group>();
  for (const cell of cells) {
    const key = leaderOf(cell.id);
    const group = groups.get(key) ?? { members: [], estimatedSeconds: 0 };
    group.members.push(cell);
    group.estimatedSeconds += cell.estimatedSeconds;
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** By falling estimate, in the given order where equal: long cells started late would leave workers idle. */
export function longestFirst<T extends { estimatedSeconds: number }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => b.estimatedSeconds - a.estimatedSeconds);
}
