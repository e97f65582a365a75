import { UsageError } from '../errors.ts';
import type { PlannedCell } from '../spec/cell.ts';

/**
 * Refuses cells that would run out of memory: the largest one alone, or as many of the largest as run at once.
 *
 * @param bytes that this machine lets a run use
 * @throws UsageError with what helps
 */
export function refuseUnfitting(cells: readonly PlannedCell[], { jobs, bytes }: { jobs: number; bytes: number }): void {
  const [first] = cells.toSorted((a, b) => b.cost.memoryBytes - a.cost.memoryBytes);
  if (first === undefined) return;
  const has = `and this machine has ${gibOf(bytes)}`;
  const override = '--overcommit runs it all the same';
  if (first.cost.memoryBytes > bytes) {
    throw new UsageError(
      `${first.cell} is expected to take ${gibOf(first.cost.memoryBytes)} of memory, ${has}: leave it out with --only, ` +
        `run it on a larger machine, or, where that is wrong, ${override}.`,
    );
  }
  const running = Math.min(jobs, cells.length);
  const most = bytesAtOnce(cells, running);
  if (most <= bytes) return;
  let fitting = running;
  while (bytesAtOnce(cells, fitting) > bytes) fitting--;
  throw new UsageError(
    `--jobs ${jobs}: ${running} cells at once are expected to take up to ${gibOf(most)} of memory, ${has}: ` +
      `use --jobs ${fitting}, or, where that is wrong, ${override}.`,
  );
}

/** Bytes of as many of the largest cells as run at once. */
export function bytesAtOnce(cells: readonly PlannedCell[], jobs: number): number {
  const largestFirst = cells.map(({ cost }) => cost.memoryBytes).sort((a, b) => b - a);
  return largestFirst.slice(0, jobs).reduce((sum, one) => sum + one, 0);
}

/** Bytes as text. */
export function gibOf(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
