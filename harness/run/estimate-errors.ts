import type { CellRecord } from '../record.ts';
import type { PlannedCell } from '../spec/cell.ts';
import { median } from '../statistics/moments.ts';

/** Estimated over actual, less 1, of all cells: the median of its sizes, the least and the most. */
export interface ErrorSpread {
  cells: number;
  median: number;
  least: number;
  most: number;
}

/** How far the estimates of the cells were from what their processes took; null where nothing tells. */
export function estimateErrors(
  cells: readonly PlannedCell[],
  records: readonly CellRecord[],
): { time: ErrorSpread | null; memory: ErrorSpread | null } {
  const planned = new Map(cells.map((cell) => [cell.id, cell]));
  const times: number[] = [];
  const sizes: number[] = [];
  for (const record of records) {
    // Of a training that an earlier process began, and of one that broke, neither is known.
    if (record.status !== 'completed' || record.resumed_points !== undefined) continue;
    const cell = planned.get(record.id);
    if (cell === undefined) continue;
    const seconds = (Date.parse(record.finished_at) - Date.parse(record.started_at)) / 1000;
    if (seconds > 0) times.push(cell.estimatedSeconds / seconds - 1);
    if (record.rss_peak_bytes) sizes.push(cell.cost.memoryBytes / record.rss_peak_bytes - 1);
  }
  return { time: spreadOf(times), memory: spreadOf(sizes) };
}

function spreadOf(errors: readonly number[]): ErrorSpread | null {
  if (errors.length === 0) return null;
  return {
    cells: errors.length,
    median: median(errors.map(Math.abs)),
    least: Math.min(...errors),
    most: Math.max(...errors),
  };
}

/** A line for people; empty where nothing tells. */
export function estimateText({ time, memory }: ReturnType<typeof estimateErrors>, calibrated: boolean): string {
  const textOf = (name: string, spread: ErrorSpread | null) =>
    spread === null
      ? []
      : [`${name} ${percent(spread.median)} off in the median (${signed(spread.least)} to ${signed(spread.most)})`];
  const parts = [...textOf('time', time), ...textOf('memory', memory)];
  if (parts.length === 0) return '';
  const where = calibrated ? '' : ' of the reference machine';
  const remedy = calibrated ? '' : '; npm run doctor -- --calibrate measures this one';
  const cells = time?.cells ?? memory?.cells ?? 0;
  return `Estimates${where}, ${cells} ${cells === 1 ? 'cell' : 'cells'}: ${parts.join(', ')}${remedy}.`;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
const signed = (share: number) => `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`;
