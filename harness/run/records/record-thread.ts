import { parentPort, workerData } from 'node:worker_threads';
import { packedRead } from './packed-read.ts';
import { readRecordFile } from './record-file.ts';
import type { ThreadMessage } from './record-files.ts';

/** A thread of `readRecordFiles`: reads the files that it was given, one at a time. */
if (parentPort === null) throw new Error('record-thread is started by readRecordFiles, as a thread');
const port = parentPort;
const known = new Map<string, readonly string[]>();
for (const [at, path] of (workerData as readonly string[]).entries()) {
  const read = await readRecordFile(path).then(
    (found) => packedRead(found, known),
    () => null,
  );
  const message: ThreadMessage = { at, read };
  port.postMessage(message, read?.curve ? [read.curve.numbers.buffer] : []);
}
