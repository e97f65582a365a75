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

const hour = 3600;
const day = 24 * hour;
const year = 365 * day;

/** `45 s`, `3 min 20 s`, `2 h 05 min`, `3 days 04 h`, `36.4 years`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < hour) return inTwo(whole, ['min', 60], ['s', 1]);
  // Each unit is rounded before the next larger one is asked for: 59 min 59.6 s are an hour.
  const minutes = 60 * Math.round(whole / 60);
  if (minutes < day) return inTwo(minutes, ['h', hour], ['min', 60]);
  const hours = hour * Math.round(whole / hour);
  if (hours < year) return inTwo(hours, [hours < 2 * day ? 'day' : 'days', day], ['h', hour]);
  const years = (whole / year).toFixed(1);
  return `${years} ${years === '1.0' ? 'year' : 'years'}`;
}

type Unit = readonly [name: string, seconds: number];

function inTwo(seconds: number, [large, ofLarge]: Unit, [small, ofSmall]: Unit): string {
  const rest = String((seconds % ofLarge) / ofSmall).padStart(2, '0');
  return `${Math.floor(seconds / ofLarge)} ${large} ${rest} ${small}`;
}

/** Cells without an estimate weigh a little, so that they count at all. */
function weightOf(cell: CellShare): number {
  return Math.max(cell.estimatedSeconds, 0.001);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
