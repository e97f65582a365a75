import { readFileSync } from 'node:fs';
import { parseClockReasons, parseProcesses, processQuery } from '../setup/nvidia-smi.mjs';
import { askNvidiaSmi, type ToolAnswer } from './nvidia-smi.ts';

/**
 * Samples the GPU memory of this process with NVIDIA's own tool until stopped, and what else may disturb its
 * measurements.
 */
export interface GpuMemorySampler {
  /**
   * Ends sampling and gives the peak in bytes; null where the tool never told this process's memory. Only now is told
   * what was seen on the way: other processes, clocks held back, memory that could not be read.
   */
  stop(): Promise<number | null>;
  /** What disturbed the measurements, a sentence each. */
  disturbances(): string[];
}

export interface SamplerOptions {
  pid: number;
  /** UUID of the process's GPU or MIG instance, as in CUDA_VISIBLE_DEVICES; null: not known. */
  gpu: string | null;
  onWarning(warning: string): void;
  /** Whether another process is a cell of the same run: a sibling, which the run has let onto the GPU itself. */
  isSibling?(pid: number): boolean;
}

const intervalMilliseconds = 500;
/** Clocks change slowly, and each question starts a process. */
const samplesPerClockSample = 4;

type Row = ReturnType<typeof parseProcesses>[number];

/** Memory of one process in bytes, summed over GPUs; null where none is told. */
export function memoryOf(rows: readonly Row[], pid: number): number | null {
  const told = rows.flatMap((row) => (row.pid === pid && row.usedMiB !== null ? [row.usedMiB] : []));
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0) * 2 ** 20;
}

/** The other processes on the GPUs of a process, or on `gpu` where the tool does not list it. */
export function othersOn(rows: readonly Row[], pid: number, gpu: string | null): number[] {
  const own = new Set(rows.filter((row) => row.pid === pid).map((row) => row.gpu));
  if (own.size === 0 && gpu !== null) own.add(gpu);
  return rows.filter((row) => row.pid !== pid && own.has(row.gpu)).map((row) => row.pid);
}

/** Begins the warning of a peak that is a lower bound: samples are missing. */
export const partlyMeasured = 'GPU memory measured only in part';

/** Starts sampling. A tool that is missing ends it; after a failure it goes on, and both are told once. */
export function sampleGpuMemory(options: SamplerOptions): GpuMemorySampler {
  const { pid, gpu, onWarning, isSibling = hasSameParent } = options;
  const foreign = new Set<number>();
  const clocks = clockSampler(gpu);
  let peak: number | null = null;
  let listed = false;
  let failure: string | null = null;
  let stopped = false;
  const loop = async () => {
    for (let sample = 0; !stopped; sample++) {
      const answer = await askNvidiaSmi(processQuery);
      if (answer.output === null) {
        failure ??= answer.why;
        if (answer.missing) return;
        await pause();
        continue;
      }
      const rows = parseProcesses(answer.output);
      listed ||= rows.some((row) => row.pid === pid);
      const now = memoryOf(rows, pid);
      if (now !== null) peak = Math.max(peak ?? 0, now);
      for (const other of othersOn(rows, pid, gpu)) if (!isSibling(other)) foreign.add(other);
      if (sample % samplesPerClockSample === 0) await clocks.sample();
      await pause();
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      await running;
      if (peak === null) onWarning(`GPU memory not measured: ${failure ?? whyNot(listed)}`);
      else if (failure !== null) onWarning(`${partlyMeasured}: ${failure}`);
      for (const line of disturbances()) onWarning(line);
      return peak;
    },
    disturbances,
  };

  function disturbances(): string[] {
    return [...foreignText(foreign, listed), ...clocks.summary()];
  }
}

/** @param listed whether the tool listed this process among those on the GPU */
function foreignText(foreign: ReadonlySet<number>, listed: boolean): string[] {
  if (foreign.size === 0) return [];
  if (!listed) {
    return [
      'Processes used the GPU while this cell ran; this one and its siblings cannot be told apart from others, ' +
        'as nvidia-smi never listed it.',
    ];
  }
  const pids = [...foreign].sort((a, b) => a - b).join(', ');
  return [`Other processes used the GPU while this cell ran (${pids}): its speed may be lower than alone.`];
}

const pause = () => new Promise((resolve) => setTimeout(resolve, intervalMilliseconds));

function whyNot(listed: boolean): string {
  return listed
    ? 'nvidia-smi lists this process, but not its memory (no permission, or a GPU that does not tell)'
    : 'nvidia-smi does not list this process (in a container it may need the host’s process ids: docker run --pid=host)';
}

/**
 * Siblings are started by the same process. One that has ended meanwhile counts as foreign: nothing tells of it any
 * more.
 */
function hasSameParent(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]) === process.ppid;
  } catch {
    return false;
  }
}

/**
 * Counts for which reasons the GPU's clocks are held back. MIG instances share a GPU, and have no clocks of their own.
 */
function clockSampler(gpu: string | null) {
  const seen = new Map<string, number>();
  let samples = 0;
  // The field's name since driver 535, and before.
  let fields = gpu?.startsWith('GPU-') ? ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'] : [];
  return {
    async sample(): Promise<void> {
      const [field] = fields;
      if (field === undefined) return;
      const answer = await askNvidiaSmi([`--id=${gpu}`, `--query-gpu=${field}`, '--format=csv,noheader,nounits']);
      const reasons = reasonsOf(answer);
      if (reasons === null) {
        fields = fields.slice(1);
        return;
      }
      samples++;
      for (const reason of reasons) seen.set(reason, (seen.get(reason) ?? 0) + 1);
    },
    summary(): string[] {
      if (seen.size === 0) return [];
      const parts = [...seen].map(([reason, count]) => `${reason} in ${Math.round((100 * count) / samples)} %`);
      return [`The GPU’s clocks were held back: ${parts.join(', ')} of ${samples} samples.`];
    },
  };
}

function reasonsOf(answer: ToolAnswer): string[] | null {
  return answer.output === null ? null : parseClockReasons(answer.output);
}
