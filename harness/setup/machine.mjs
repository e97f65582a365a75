import { readFileSync } from 'node:fs';

/** What the machine computes with, read from the system's texts. */

/**
 * Vector and matrix extensions that TensorFlow's kernels choose by, on x64 and on arm64, with the names they are shown
 * by.
 */
const extensions = {
  avx: 'avx',
  avx2: 'avx2',
  fma: 'fma',
  avx512f: 'avx512f',
  avx512_vnni: 'avx512_vnni',
  avx512_bf16: 'avx512_bf16',
  amx_tile: 'amx',
  asimd: 'neon',
  asimddp: 'dotprod',
  sve: 'sve',
  i8mm: 'i8mm',
  bf16: 'bf16',
};

/**
 * @param {string} cpuinfo text of /proc/cpuinfo
 * @returns {{ model: string, instructionSet: string[] }}
 */
export function parseCpuInfo(cpuinfo) {
  const line = (/** @type {string} */ names) => new RegExp(`^(?:${names})\\s*:(.*)$`, 'm').exec(cpuinfo)?.[1]?.trim();
  const flags = new Set((line('flags|Features') ?? '').split(/\s+/));
  const instructionSet = Object.entries(extensions).flatMap(([flag, name]) => (flags.has(flag) ? [name] : []));
  return { model: line('model name|Model|CPU part') ?? 'unknown', instructionSet };
}

/** @returns {{ model: string, instructionSet: string[] }} */
export function readCpu() {
  return parseCpuInfo(readFileSync('/proc/cpuinfo', 'utf8'));
}

/**
 * @param {string} maps text of /proc/PID/maps
 * @returns {string[]} the files of the shared libraries that the process has loaded, each once
 */
export function mappedLibraries(maps) {
  const files = maps.split('\n').map((line) => /^\S+ \S+ \S+ \S+ \d+\s+(\/.*)$/.exec(line)?.[1] ?? '');
  return [...new Set(files.filter((file) => /\.so(\.\d+)*$|\.node$/.test(file)))];
}
