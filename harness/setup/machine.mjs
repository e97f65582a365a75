import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { posix } from 'node:path';

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

/**
 * Processors that this process may keep busy: those it may run on, and no more than its control groups let it use, as
 * in a container with a limit, which Node does not see.
 *
 * @returns {number} at least 1; whole
 */
export function usableCores() {
  const limit = cpuLimit(readOr('/proc/self/cgroup') ?? '', readOr);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(limit)));
}

/**
 * Memory that this process may use, in bytes: the machine's, and no more than its control group lets it use.
 *
 * @returns {number}
 */
export function usableMemory() {
  const limit = process.constrainedMemory();
  // 0 and undefined: no limit.
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem();
}

/**
 * The smallest limit of a process's control groups and of those above them (kernel documentation: cgroup-v2, cpu.max;
 * cgroup-v1, cfs bandwidth).
 *
 * @param {string} cgroup text of /proc/self/cgroup: lines `hierarchy:controllers:path`
 * @param {(path: string) => string | null} read the text of a file; null where there is none
 * @returns {number} processors' worth of time, which may be a fraction; Infinity: no limit
 */
export function cpuLimit(cgroup, read) {
  const limits = cgroup.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') {
      return upwards(path).map((folder) => limitOf(read(`/sys/fs/cgroup${folder}/cpu.max`)));
    }
    if (!controllers?.split(',').includes('cpu')) return [];
    return upwards(path).flatMap((folder) =>
      [`/sys/fs/cgroup/${controllers}`, '/sys/fs/cgroup/cpu'].map((mount) => {
        const [quota, period] = ['quota', 'period'].map((name) => read(`${mount}${folder}/cpu.cfs_${name}_us`));
        return limitOf(quota === null || period === null ? null : `${quota?.trim()} ${period?.trim()}`);
      }),
    );
  });
  return Math.min(Number.POSITIVE_INFINITY, ...limits);
}

/**
 * A group's folder and those above it, without the mount's: a container may see only its own, as the mount's root.
 *
 * @param {string} path
 * @returns {string[]} the last is empty: the mount's root
 */
function upwards(path) {
  const folder = posix.normalize(path).replace(/\/$/, '');
  return folder === '' ? [''] : [folder, ...upwards(posix.dirname(folder))];
}

/**
 * @param {string | null} text `QUOTA PERIOD` in microseconds; `max` or -1: no quota
 * @returns {number}
 */
function limitOf(text) {
  const [, quota, period] = /^(\d+) (\d+)\s*$/.exec(text ?? '') ?? [];
  const limit = Number(quota) / Number(period);
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

/** @param {string} path @returns {string | null} */
function readOr(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not every system, and no version of both, has each of these files: no limit is told there.
    return null;
  }
}
