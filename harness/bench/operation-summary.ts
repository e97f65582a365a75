import type { OperationProfile } from '../engine/op-profile.ts';
import { operationFlops } from '../engine/operation-flops.ts';

/** What makes operations one row: their name, or their name and the shapes of their inputs. */
export const profileGroupings = ['operations', 'shapes'] as const;
export type ProfileGrouping = (typeof profileGroupings)[number];

/** One row of a step's profile. */
export interface OperationRow {
  operation: string;
  /** Shapes of the inputs such as `128x32x32x16 3x3x16x16`; null where rows are not told apart by shapes. */
  shapes: string | null;
  /** Null for the time outside operations. */
  calls_per_step: number | null;
  ms_per_step: number;
  /** Of the step's time, 0 to 1. */
  share: number;
  /** Null for operations whose arithmetic is not counted. */
  gflop_per_second: number | null;
}

/** Name of the row that holds what a step spends between operations: JavaScript, and moving values in and out. */
export const outsideOperations = '(outside operations)';

/**
 * The rows of a step that was profiled several times, the longest first, and the time outside operations at the end.
 */
export function summarizeOperations(steps: readonly OperationProfile[], grouping: ProfileGrouping): OperationRow[] {
  if (steps.length === 0) throw new RangeError('summarizeOperations: needs at least one profiled step');
  const total = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const groups = new Map<string, Group>();
  for (const call of steps.flatMap(({ calls }) => calls)) {
    const shapes = grouping === 'shapes' ? call.inputShapes.map(shapeText).join(' ') : null;
    const key = `${call.op} ${shapes}`;
    const group = groups.get(key) ?? { operation: call.op, shapes, calls: 0, milliseconds: 0, flops: 0 };
    groups.set(key, group);
    group.calls++;
    group.milliseconds += call.milliseconds;
    group.flops = addFlops(group.flops, operationFlops(call));
  }
  const rows = [...groups.values()]
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .map(({ operation, shapes, calls, milliseconds, flops }) => ({
      operation,
      shapes,
      calls_per_step: calls / steps.length,
      ms_per_step: milliseconds / steps.length,
      share: milliseconds / total,
      gflop_per_second: flops === null ? null : flops / milliseconds / 1e6,
    }));
  const outside = total - rows.reduce((sum, row) => sum + row.ms_per_step * steps.length, 0);
  return [
    ...rows,
    {
      operation: outsideOperations,
      shapes: null,
      calls_per_step: null,
      ms_per_step: outside / steps.length,
      share: outside / total,
      gflop_per_second: null,
    },
  ];
}

interface Group {
  operation: string;
  shapes: string | null;
  calls: number;
  milliseconds: number;
  flops: number | null;
}

function addFlops(sum: number | null, flops: number | null): number | null {
  return sum === null || flops === null ? null : sum + flops;
}

/** `3x3x16x16`; a scalar is `()`. */
function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? '()' : shape.join('x');
}
