import { seedless } from '../harness/cell-name.ts';
import type { Baseline } from './baseline.ts';

/** The commit of the last acceptance of a cell of any of these arms, by name; null where that is not known. */
export function acceptedCommit(baseline: Baseline | null, arms: readonly string[]): string | null {
  const wanted = new Set(arms);
  const last = (baseline?.history ?? []).findLast(({ cells }) => cells.some((cell) => wanted.has(seedless(cell))));
  return last?.commit ?? null;
}
