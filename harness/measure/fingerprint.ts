import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { arithmeticIn, obstacleToPortable } from '../engine/environment.ts';
import { engineInfo } from '../engine/tensorflow.ts';
import type { Arithmetic, Fingerprint } from '../fingerprint.ts';
import { gpuQuery, parseGpus } from '../setup/nvidia-smi.mjs';
import { libraryPins } from '../setup/pins.mjs';
import { askNvidiaSmi } from './nvidia-smi.ts';

/** Instruction sets that decide which of TensorFlow's code paths run, and so the last bits of results. */
const deciding = ['avx2', 'fma', 'avx_vnni', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'asimd', 'sve'];
/** Where a processor has any of these, TensorFlow turns oneDNN on by itself. */
const turningOn = ['avx_vnni', 'avx512_vnni', 'avx512_bf16', 'amx_tile'];

/** The deciding instruction sets in the text of /proc/cpuinfo, `+`-joined. */
export function instructionSetOf(cpuinfo: string): string {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  const present = new Set(line.trim().split(/\s+/));
  return deciding.filter((name) => present.has(name)).join('+') || 'unknown';
}

/**
 * Vendor, family, model and stepping in the text of /proc/cpuinfo, as `GenuineIntel 6-143-8`; on arm64 implementer,
 * architecture, part, variant and revision.
 */
export function processorOf(cpuinfo: string): string {
  const value = (name: string) => new RegExp(`^${name}\\s*:[ \\t]*(.*)$`, 'm').exec(cpuinfo)?.[1]?.trim();
  const [vendor, ...numbers] = cpuinfo.includes('vendor_id')
    ? ['vendor_id', 'cpu family', 'model', 'stepping'].map(value)
    : ['CPU implementer', 'CPU architecture', 'CPU part', 'CPU variant', 'CPU revision'].map(value);
  if (vendor === undefined) return 'unknown';
  return `${vendor} ${numbers.map((number) => number ?? '?').join('-')}`;
}

/**
 * The caches of the first processor, as the kernel names them: `L1 Data 32K, L1 Instruction 32K, L2 Unified 512K`.
 *
 * @param read the text of a file of /sys/devices/system/cpu/cpu0/cache; null where there is none
 */
export function cachesOf(read: (name: string) => string | null): string {
  const found: string[] = [];
  for (let index = 0; ; index++) {
    const [level, type, size] = ['level', 'type', 'size'].map((name) => read(`index${index}/${name}`)?.trim());
    if (level === undefined || type === undefined) return found.join(', ') || 'unknown';
    found.push(`L${level} ${type} ${size ?? '?'}`);
  }
}

/** Whether TensorFlow has oneDNN compute what it can: as it is told, else by the processor. */
export function oneDnnOf(env: NodeJS.ProcessEnv, instructionSet: string): 'on' | 'off' {
  const told = env.TF_ENABLE_ONEDNN_OPTS;
  if (told !== undefined && told !== '') return /^(1|true)$/i.test(told) ? 'on' : 'off';
  return turningOn.some((name) => instructionSet.split('+').includes(name)) ? 'on' : 'off';
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
  const cpuinfo = readFileSync('/proc/cpuinfo', 'utf8');
  const instructionSet = instructionSetOf(cpuinfo);
  return {
    engine: info.package,
    tensorflow: info.tensorflow,
    binding: libraryBuild(info.device),
    device: `${info.device}: ${await deviceModel(info.device)}`,
    instruction_set: instructionSet,
    processor: processorOf(cpuinfo),
    caches: cachesOf(readCache),
    onednn: oneDnnOf(process.env, instructionSet),
    arithmetic: arithmeticOn(info.device, instructionSet),
    threads,
    flags: flagsOf(process.env),
    data,
  };
}

/** Settings that another processor does not heed make nothing portable. */
function arithmeticOn(device: 'cpu' | 'gpu', instructionSet: string): Arithmetic {
  const processor = { arch: process.arch, instructionSet: instructionSet.split('+') };
  return device === 'cpu' && obstacleToPortable(processor) === null ? arithmeticIn(process.env) : 'native';
}

function readCache(name: string): string | null {
  try {
    return readFileSync(`/sys/devices/system/cpu/cpu0/cache/${name}`, 'utf8');
  } catch {
    // Virtual machines and containers may show none.
    return null;
  }
}
