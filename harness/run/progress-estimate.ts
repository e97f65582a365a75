/** How far a run is, and how long it still takes: pure arithmetic on the cells' estimates. */

export interface CellShare {
  /** The plan's estimate; only the proportions between cells matter. */
  estimatedSeconds: number;
  /** Share of the cell that is done, from 0 to 1. */
  fraction: number;
}

/** A cell's share that is done. The end of training leaves a little for the tests and measurements after it. */
export function fractionOf(progress: { step: number; steps: number }): number {
  return progress.steps > 0 ? Math.min(progress.step / progress.steps, 0.99) : 0;
}

/** Share of the whole run that is done, cells weighted by their estimates; 1 for a run without cells. */
export function fractionDone(cells: readonly CellShare[]): number {
  const total = sum(cells.map(weightOf));
  return total === 0 ? 1 : sum(cells.map((cell) => weightOf(cell) * cell.fraction)) / total;
}

/**
 * Seconds left, from the pace so far: elapsed · (1 - f) / f with f the share done. Before anything is done, the plan's
 * estimates spread over the workers.
 */
export function secondsLeft(cells: readonly CellShare[], elapsedSeconds: number, jobs: number): number {
  const done = fractionDone(cells);
  if (done === 0) return sum(cells.map((cell) => cell.estimatedSeconds)) / Math.max(1, Math.min(jobs, cells.length));
  return (elapsedSeconds * (1 - done)) / done;
}

/** `45 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Cells without an estimate weigh a little, so that they count at all. */
function weightOf(cell: CellShare): number {
  return Math.max(cell.estimatedSeconds, 0.001);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
