import { execa } from 'execa';

/** Samples the GPU memory of this process with NVIDIA's own tool until stopped. */
export interface GpuMemorySampler {
  /** Ends sampling and gives the peak in bytes; null where the tool never listed this process. */
  stop(): Promise<number | null>;
}

const query = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'];
const intervalMilliseconds = 500;

/** Memory of one process in bytes, summed over GPUs, from the tool's lines `pid, MiB`; null where it is not listed. */
export function parseProcessMemory(output: string, pid: number): number | null {
  const mebibytes = output
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter(([listed, memory]) => Number(listed) === pid && /^\d+$/.test(memory ?? ''))
    .map(([, memory]) => Number(memory));
  return mebibytes.length === 0 ? null : mebibytes.reduce((sum, value) => sum + value, 0) * 2 ** 20;
}

/** Starts sampling. A tool that is missing or fails ends sampling with `onFailure` told once. */
export function sampleGpuMemory(pid: number, onFailure: (reason: string) => void): GpuMemorySampler {
  let peak: number | null = null;
  let stopped = false;
  const loop = async () => {
    while (!stopped) {
      const result = await execa('nvidia-smi', query, { reject: false });
      if (result.failed) {
        onFailure(`GPU memory not measured: ${result.shortMessage}`);
        return;
      }
      const now = parseProcessMemory(result.stdout, pid);
      if (now !== null) peak = Math.max(peak ?? 0, now);
      await new Promise((resolve) => setTimeout(resolve, intervalMilliseconds));
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      await running;
      return peak;
    },
  };
}
