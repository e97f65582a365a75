import { execa } from 'execa';
import { explainToolFailure } from '../setup/nvidia-smi.mjs';

export type ToolAnswer = { output: string } | { output: null; missing: boolean; why: string; remedy: string };

/** A tool that hangs, as on a GPU that is lost, must not hold up a run. */
const timeoutMs = 20_000;

/** Runs NVIDIA's tool. `missing`: it is not installed; else it failed, and says why. */
export async function askNvidiaSmi(args: readonly string[]): Promise<ToolAnswer> {
  const result = await execa('nvidia-smi', args, { reject: false, timeout: timeoutMs });
  if (!result.failed) return { output: result.stdout };
  const remedy = 'reinstall the NVIDIA driver, or use --device cpu';
  if (result.code === 'ENOENT') return { output: null, missing: true, why: 'nvidia-smi was not found', remedy };
  if (result.timedOut) {
    return { output: null, missing: false, why: `nvidia-smi did not answer in ${timeoutMs / 1000} s`, remedy };
  }
  return { output: null, missing: false, ...explainToolFailure(`${result.stdout}\n${result.stderr}`) };
}
