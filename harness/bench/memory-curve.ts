import { setImmediate as nextTurn } from 'node:timers/promises';
import { tf } from '../engine/tensorflow.ts';

/** A process's memory after so many calls. */
export interface MemoryPoint {
  calls: number;
  /** Resident memory of the process, in bytes. */
  resident: number;
  /** Tensors that tfjs knows of. */
  tensors: number;
}

/** Points of a curve after the one at zero calls. */
export const curvePoints = 10;
/** Calls between two turns of the event loop, in which finalizers free native memory. */
const turnEvery = 20;

/** Calls a task over and over, and notes the memory at the start and at ten points, evenly spaced. */
export async function memoryCurve(
  task: () => void,
  calls: number,
  onPoint: (point: MemoryPoint) => void,
  resident: () => number = () => process.memoryUsage.rss(),
): Promise<MemoryPoint[]> {
  const points: MemoryPoint[] = [];
  const note = (done: number) => {
    points.push({ calls: done, resident: resident(), tensors: tf.memory().numTensors });
    onPoint(points.at(-1)!);
  };
  note(0);
  for (let done = 1; done <= calls; done++) {
    task();
    if (done % turnEvery === 0) await nextTurn();
    if (Math.floor((done * curvePoints) / calls) > points.length - 1) note(done);
  }
  return points;
}

/**
 * Growth of resident memory from the first tenth of the calls, when everything has been allocated once, to the last, as
 * a fraction; null for fewer than two points.
 */
export function residentGrowth([, first, ...rest]: readonly MemoryPoint[]): number | null {
  const last = rest.at(-1);
  return first === undefined || last === undefined ? null : last.resident / first.resident - 1;
}
