import { readAnswer } from './nvidia-smi.mjs';
import { tryTool } from './try-tool.mjs';

/**
 * Runs NVIDIA's tool to see what it says.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ output: string, error: string | null, said: string, warnings: string[] }} as of any tool; `warnings`: of
 *   the tool, whose answer holds all the same
 */
export function tryNvidiaSmi(args, env) {
  const tried = tryTool('nvidia-smi', args, env, (status, stdout) => readAnswer(status, stdout) !== null);
  if (tried.error !== null) return { ...tried, warnings: [] };
  return { ...tried, ...(readAnswer(tried.status, tried.output) ?? { output: '', warnings: [] }) };
}
