import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { engineInfo } from '../engine/tensorflow.ts';
import type { Fingerprint } from '../record.ts';
import { libraryPins } from '../setup/pins.mjs';

/** Instruction sets that decide which of TensorFlow's code paths run, and so the last bits of results. */
const deciding = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'asimd', 'sve'];

/** The deciding instruction sets in the text of /proc/cpuinfo, `+`-joined. */
export function instructionSetOf(cpuinfo: string): string {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  const present = new Set(line.trim().split(/\s+/));
  return deciding.filter((name) => present.has(name)).join('+') || 'unknown';
}

/** Environment variables that change TensorFlow's arithmetic. */
const flagNames = [
  'TF_DETERMINISTIC_OPS',
  'TF_ENABLE_ONEDNN_OPTS',
  'ONEDNN_MAX_CPU_ISA',
  'TF_XLA_FLAGS',
  'NVIDIA_TF32_OVERRIDE',
];

/** The pinned wheel that the library comes from. The CUDA wheel's CPU kernels give the same bits as the CPU wheel's. */
function libraryBuild(): string {
  const pins = libraryPins[`${process.platform}-${process.arch}` as keyof typeof libraryPins];
  return `wheel ${pins.cpu.wheels[0]!.sha256.slice(0, 16)}`;
}

/** The fingerprint of this process's results; `data` is the digest of the images. */
export function fingerprintOf({ threads, data }: { threads: number; data: string }): Fingerprint {
  const info = engineInfo();
  const flags = flagNames
    .filter((name) => process.env[name] !== undefined)
    .map((name) => `${name}=${process.env[name]}`);
  return {
    engine: info.package,
    tensorflow: info.tensorflow,
    binding: libraryBuild(),
    device: `${info.device}: ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    instruction_set: instructionSetOf(readFileSync('/proc/cpuinfo', 'utf8')),
    threads,
    flags: flags.join(' '),
    data,
  };
}
