import { parentPort, workerData } from 'node:worker_threads';
import { packedRead } from './packed-read.ts';
import { readRecordFile } from './record-file.ts';
import type { ThreadMessage } from './record-files.ts';

/** A thread of `readRecordFiles`: reads the files that it was given, one at a time, and hands them over in lots. */
if (parentPort === null) throw new Error('record-thread is started by readRecordFiles, as a thread');
const port = parentPort;
const lot = 50;
const known = new Map<string, readonly string[]>();
let read: ThreadMessage = [];

function handOver(): void {
  port.postMessage(
    read,
    read.flatMap((one) => one.read?.curve?.numbers.buffer ?? []),
  );
  read = [];
}

for (const [at, path] of (workerData as readonly string[]).entries()) {
  const found = await readRecordFile(path).then(
    (file) => packedRead(file, known),
    () => null,
  );
  read.push({ at, read: found });
  if (read.length === lot) handOver();
}
handOver();
