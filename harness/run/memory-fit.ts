import { UsageError } from '../errors.ts';
import type { PlannedCell } from '../spec/cell.ts';

/**
 * Refuses cells that would run out of memory: the largest one alone, or as many of the largest as run at once.
 *
 * @param bytes that this machine lets a run use
 * @throws UsageError with what helps
 */
export function refuseUnfitting(cells: readonly PlannedCell[], { jobs, bytes }: { jobs: number; bytes: number }): void {
  const largest = [...cells].sort((a, b) => b.cost.memoryBytes - a.cost.memoryBytes);
  const [first] = largest;
  if (first === undefined) return;
  const has = `and this machine has ${gibOf(bytes)}`;
  const override = '--overcommit runs it all the same';
  if (first.cost.memoryBytes > bytes) {
    throw new UsageError(
      `${first.cell} is expected to take ${gibOf(first.cost.memoryBytes)} of memory, ${has}: leave it out with --only, ` +
        `run it on a larger machine, or, where that is wrong, ${override}.`,
    );
  }
  const sums = largest.slice(0, jobs).map((_, at) => sum(largest.slice(0, at + 1)));
  const fitting = sums.filter((one) => one <= bytes).length;
  if (fitting === sums.length) return;
  throw new UsageError(
    `--jobs ${jobs}: ${sums.length} cells at once are expected to take up to ${gibOf(sums.at(-1) ?? 0)} of memory, ${has}: ` +
      `use --jobs ${fitting}, or, where that is wrong, ${override}.`,
  );
}

function sum(cells: readonly PlannedCell[]): number {
  return cells.reduce((total, { cost }) => total + cost.memoryBytes, 0);
}

function gibOf(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
