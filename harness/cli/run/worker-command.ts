import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programDigest } from '../../program.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { findGpus } from '../../run/gpu/gpu-devices.ts';
import { gpuSlots } from '../../run/gpu/gpu-slots.ts';
import { runInPlace } from '../../run/gpu/run-in-place.ts';
import type { QueueAddress } from '../../run/queue/address.ts';
import type { RunNotice } from '../../run/queue/names.ts';
import { serveQueue } from '../../run/queue/serve-queue.ts';
import { readVersions } from '../../run/records/run-file.ts';
import type { SharedStore } from '../../run/shared/shared-store.ts';
import type { StoreAddress } from '../../run/shared/store-address.ts';
import { dataFolderNames } from '../../spec/datasets.ts';
import { checkoutFolder, workerPath } from '../checkout.ts';
import { type Io, withInterruption } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { ownProcessor } from './arithmetic.ts';
import { findData } from './plan-command.ts';
import { outputFolder } from './select-suite.ts';
import { killAfterMs } from './suite-command.ts';

/** The options of `worker` as the command line gives them. */
export interface WorkerOptions {
  queue: QueueAddress;
  out?: string;
  /** Where suite and workers share records, weights and checkpoints. */
  store?: StoreAddress;
  jobs?: number;
  /** Gigabytes. */
  memory?: number;
  gpu?: boolean;
  data?: string;
  download?: boolean;
  /** Seconds. */
  idle?: number;
  /** Seconds. */
  takeover: number;
}

/** Takes cells of a queue until it is interrupted, or idle for as long as was asked. */
export async function workerCommand(options: WorkerOptions, io: Io): Promise<number> {
  const { queue, out, memory, idle, takeover } = options;
  const found = options.gpu === true ? await findGpus(io.env) : null;
  const slots = found === null ? undefined : gpuSlots(found.gpus);
  const jobs = options.jobs ?? found?.gpus.length ?? defaultJobs(1);
  const tell = (line: string) => void io.stdout.write(`${line}\n`);
  for (const note of found?.notes ?? []) tell(note);
  const machine = {
    versions: await readVersions(checkoutFolder()),
    program: programDigest(),
    processor: ownProcessor(),
    gpus: found?.gpus.length ?? 0,
    memory: memory === undefined ? process.availableMemory() : memory * 1e9,
    findData: (names: readonly string[]) =>
      findData(
        dataFolderNames.filter((name) => names.includes(name)),
        options,
        io,
      ),
  };
  const shares = options.store === undefined ? undefined : sharedParts(options.store);
  const own = { workerPath: io.workerPath ?? workerPath(), killAfterMs };
  return withInterruption(io, async (signal) => {
    await serveQueue({
      sharedOf: shares?.of,
      address: queue,
      machine,
      outDirOf: (run) => runFolder(out, run),
      lockMs: takeover * 1000,
      jobs,
      compute: (cell, settings, stop, listener) =>
        runInPlace(
          cell,
          { ...settings, ...own, gpuSlots: settings.device === 'gpu' ? slots : undefined },
          stop,
          listener,
        ),
      idleSeconds: idle,
      signal,
      tell,
    }).finally(() => shares?.close());
    return signal.aborted ? exitCodes.interrupted : exitCodes.passed;
  });
}

/** The parts of a shared store by run, each opened once. */
function sharedParts(store: StoreAddress): { of(run: RunNotice): Promise<SharedStore>; close(): Promise<void> } {
  const parts = new Map<string, SharedStore>();
  return {
    async of(run) {
      const name = `${run.suite}-${run.profile}`;
      const part = parts.get(name) ?? (await store.open(run));
      parts.set(name, part);
      return part;
    },
    async close() {
      for (const part of parts.values()) await part.close();
    },
  };
}

/** Where a run's folder is here: `--out`, a folder of its name in it as several suites have one, or the usual one. */
function runFolder(out: string | undefined, { suite, profile }: RunNotice): string {
  const own = out === undefined ? null : join(out, `${suite}-${profile}`);
  return own !== null && existsSync(own) ? own : outputFolder(out, suite, profile);
}
