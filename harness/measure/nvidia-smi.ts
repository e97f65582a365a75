import { explainToolFailure, readAnswer } from '../setup/nvidia-smi.mjs';

export type ToolAnswer = { output: string } | { output: null; missing: boolean; why: string; remedy: string };

/** A tool that hangs, as on a GPU that is lost, must not hold up a run. */
const timeoutMs = 20_000;

/** After the time limit the tool is sent a signal; in the kernel's uninterruptible sleep it does not end even so. */
const graceMs = 2000;

/** Runs NVIDIA's tool. `missing`: it is not installed; else it failed, and says why. */
export async function askNvidiaSmi(args: readonly string[], limitMs = timeoutMs): Promise<ToolAnswer> {
  const remedy = 'reinstall the NVIDIA driver, or use --device cpu';
  const silent = { output: null, missing: false, why: `nvidia-smi did not answer in ${limitMs / 1000} s`, remedy };
  // Its many files are read where a GPU is asked for, not in every worker.
  const { execa } = await import('execa');
  const running = execa('nvidia-smi', args, { reject: false, timeout: limitMs, stdin: 'ignore' });
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, limitMs + graceMs, null);
  });
  const result = await Promise.race([running, overdue]);
  clearTimeout(timer);
  if (result === null) {
    // Left behind: neither it nor its pipes keep this process from ending.
    running.unref();
    for (const stream of [running.stdout, running.stderr]) stream.destroy();
    return silent;
  }
  const answer = result.timedOut ? null : readAnswer(result.exitCode, result.stdout);
  if (answer !== null) return { output: answer.output };
  // EACCES: a folder of the path that may not be searched.
  if (result.code === 'ENOENT' || result.code === 'EACCES') {
    return { output: null, missing: true, why: 'nvidia-smi was not found', remedy };
  }
  if (result.timedOut) return silent;
  return { output: null, missing: false, ...explainToolFailure(`${result.stdout}\n${result.stderr}`) };
}
