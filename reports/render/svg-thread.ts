import { parentPort, workerData } from 'node:worker_threads';
import { drawSvg, type PlacedSpecs, type PlacedSvg } from './svg.ts';

/** A thread of `drawAll`: draws what it was given, one at a time. */
if (parentPort === null) throw new Error('svg-thread is started by drawAll, as a thread');
for (const { place, spec } of workerData as PlacedSpecs) {
  const message: PlacedSvg = { place, svg: await drawSvg(spec) };
  parentPort.postMessage(message);
}
