import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { engineInfo } from '../engine/tensorflow.ts';
import type { Fingerprint } from '../record.ts';
import { gpuQuery, parseGpus } from '../setup/nvidia-smi.mjs';
import { libraryPins } from '../setup/pins.mjs';
import { askNvidiaSmi } from './nvidia-smi.ts';

/** Instruction sets that decide which of TensorFlow's code paths run, and so the last bits of results. */
const deciding = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'asimd', 'sve'];

/** The deciding instruction sets in the text of /proc/cpuinfo, `+`-joined. */
export function instructionSetOf(cpuinfo: string): string {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  const present = new Set(line.trim().split(/\s+/));
  return deciding.filter((name) => present.has(name)).join('+') || 'unknown';
}

/**
 * Environment variables that can change the arithmetic of TensorFlow and the libraries under it. Not every TF_ variable
 * is TensorFlow's: other tools use the prefix too.
 */
const flagNames =
  /^(ONEDNN|DNNL|MKL|XLA|CUBLAS|CUDNN|NVIDIA_TF32)_|^TF_(DETERMINISTIC|ENABLE|DISABLE|USE|CUDNN|AUTOTUNE|XLA|MKL)_/;

/** The set variables that may change results, `NAME=value`, in the order of their names. */
export function flagsOf(env: NodeJS.ProcessEnv): string {
  return Object.keys(env)
    .filter((name) => flagNames.test(name))
    .sort()
    .map((name) => `${name}=${env[name]}`)
    .join(' ');
}

/** The wheels that the library comes from. The CUDA wheel's CPU kernels give the same bits as the CPU wheel's. */
function libraryBuild(device: 'cpu' | 'gpu'): string {
  const pins = libraryPins[`${process.platform}-${process.arch}` as keyof typeof libraryPins];
  const wheels = (device === 'gpu' ? pins.gpu : pins.cpu)?.wheels ?? [];
  return `wheel ${wheels.map(({ sha256 }) => sha256.slice(0, 16)).join('+')}`;
}

/**
 * Model of the processor; for a GPU its name and driver, as NVIDIA's tool tells: of the one that this process sees,
 * else of all.
 */
async function deviceModel(device: 'cpu' | 'gpu'): Promise<string> {
  if (device === 'cpu') return cpus()[0]?.model.trim() ?? 'unknown';
  return gpuModel(process.env.CUDA_VISIBLE_DEVICES);
}

/** Name and driver of the GPU with the UUID `visible`, `; `-joined those of all GPUs where none has it. */
export async function gpuModel(visible: string | undefined): Promise<string> {
  const answer = await askNvidiaSmi(gpuQuery);
  // A container without the tool: two unknown GPUs must not pass for the same one.
  if (answer.output === null) return `unknown (${answer.why})`;
  const all = parseGpus(answer.output);
  const own = all.filter(({ uuid }) => uuid === visible);
  return (own.length > 0 ? own : all).map(({ name, driver }) => `${name}, ${driver}`).join('; ');
}

/** The fingerprint of this process's results; `data` is the digest of the data used. */
export async function fingerprintOf({ threads, data }: { threads: number; data: string }): Promise<Fingerprint> {
  const info = engineInfo();
  return {
    engine: info.package,
    tensorflow: info.tensorflow,
    binding: libraryBuild(info.device),
    device: `${info.device}: ${await deviceModel(info.device)}`,
    instruction_set: instructionSetOf(readFileSync('/proc/cpuinfo', 'utf8')),
    threads,
    flags: flagsOf(process.env),
    data,
  };
}
