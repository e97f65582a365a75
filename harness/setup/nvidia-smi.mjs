/** What NVIDIA's tool and driver say, read. Imports nothing: the set-up and the measurements share it. */

/** The oldest driver that the pinned CUDA 12 libraries run on (minor version compatibility of CUDA 12). */
export const oldestDriver = '525.60.13';

/** Old drivers' tools know these fields too. */
export const gpuQuery = [
  '--query-gpu=index,uuid,name,driver_version,memory.total,memory.free',
  '--format=csv,noheader,nounits',
];
export const processQuery = ['--query-compute-apps=gpu_uuid,pid,used_memory', '--format=csv,noheader,nounits'];

/** With this exit code the tool has answered, and warns of something else, such as a corrupted infoROM. */
const answeredWithWarning = 14;

/**
 * What the tool answered.
 *
 * @param {number | null | undefined} exitCode
 * @param {string} stdout
 * @returns {{ output: string, warnings: string[] } | null} null where the exit code says that it failed
 */
export function readAnswer(exitCode, stdout) {
  if (exitCode !== 0 && exitCode !== answeredWithWarning) return null;
  const isWarning = (/** @type {string} */ line) => /^\s*WARNING:/i.test(line);
  const lines = stdout.trim().split('\n');
  return {
    output: lines
      .filter((line) => !isWarning(line))
      .join('\n')
      .trim(),
    warnings: lines.filter(isWarning).map((line) => line.trim().replace(/^WARNING:\s*/i, '')),
  };
}

/**
 * @typedef {object} GpuRow
 * @property {string} index
 * @property {string} uuid
 * @property {string} name
 * @property {string} driver
 * @property {number | null} totalMiB null where the tool does not tell: `[N/A]`, `[Insufficient Permissions]`
 * @property {number | null} freeMiB
 */

/**
 * @param {string} output of {@link gpuQuery}
 * @returns {GpuRow[]} none for messages
 */
export function parseGpus(output) {
  return rowsOf(output, 6).flatMap(([index = '', uuid = '', name = '', driver = '', total, free]) =>
    /^\d+$/.test(index) ? [{ index, uuid, name, driver, totalMiB: mebibytes(total), freeMiB: mebibytes(free) }] : [],
  );
}

/**
 * @param {string} output of {@link processQuery}
 * @returns {{ gpu: string, pid: number, usedMiB: number | null }[]} a line for each process on each GPU
 */
export function parseProcesses(output) {
  return rowsOf(output, 3).flatMap(([gpu = '', pid = '', used]) =>
    /^\d+$/.test(pid) ? [{ gpu, pid: Number(pid), usedMiB: mebibytes(used) }] : [],
  );
}

/**
 * @param {string} output of `nvidia-smi -L`
 * @returns {{ uuid: string, name: string, instances: { uuid: string, profile: string }[] }[]} GPUs, each with the MIG
 *   instances that it is divided into
 */
export function parseGpuList(output) {
  /** @type {ReturnType<typeof parseGpuList>} */
  const gpus = [];
  for (const line of output.split('\n')) {
    const gpu = /^GPU \d+: (.+) \(UUID: ([^)]+)\)/.exec(line);
    if (gpu) gpus.push({ uuid: gpu[2] ?? '', name: gpu[1] ?? '', instances: [] });
    const instance = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: ([^)]+)\)/.exec(line);
    if (instance) gpus.at(-1)?.instances.push({ uuid: instance[2] ?? '', profile: instance[1] ?? '' });
  }
  return gpus;
}

/**
 * @param {string} profile of a MIG instance, `3g.20gb`
 * @returns {number | null} its nominal memory in MiB
 */
export function profileMemory(profile) {
  const gibibytes = /\.(\d+)gb/.exec(profile)?.[1];
  return gibibytes === undefined ? null : Number(gibibytes) * 1024;
}

/**
 * @param {string} text of /proc/driver/nvidia/version
 * @returns {string | null} the driver's version
 */
export function parseDriverVersion(text) {
  return /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m.exec(text)?.[1] ?? null;
}

/** Bits of the mask of reasons for which a GPU's clocks are held back, as far as they slow a training down. */
const clockReasons = /** @type {const} */ ([
  [0x4, 'power cap'],
  [0x8, 'hardware slowdown'],
  [0x20, 'thermal slowdown by the driver'],
  [0x40, 'thermal slowdown by the hardware'],
  [0x80, 'power brake'],
]);

/**
 * @param {string} output a mask such as `0x0000000000000024`
 * @returns {string[] | null} null where it is none
 */
export function parseClockReasons(output) {
  const text = output.trim();
  if (!/^0x[0-9a-f]+$/i.test(text)) return null;
  const mask = BigInt(text);
  return clockReasons.flatMap(([bit, name]) => ((mask & BigInt(bit)) === 0n ? [] : [name]));
}

/** What the tool prints where it fails; the first that matches wins. */
const failures = [
  {
    pattern: /couldn't communicate with the NVIDIA driver/,
    why: 'no NVIDIA driver is running',
    remedy: 'install or load the driver (modprobe nvidia), or use --device cpu',
  },
  {
    pattern: /Driver\/library version mismatch/,
    why: 'the running NVIDIA driver is another version than its libraries, as after an update',
    remedy: 'restart the machine, or use --device cpu',
  },
  {
    pattern: /Insufficient Permissions/i,
    why: 'this user may not open the GPU',
    remedy: 'give the user access to /dev/nvidia* (often the group video), or use --device cpu',
  },
  {
    pattern: /No devices were found/,
    why: 'the NVIDIA driver finds no GPU',
    remedy: 'check that the GPU is there (lspci) and given to this machine or container, or use --device cpu',
  },
  {
    pattern: /GPU is lost|Unable to determine the device handle/,
    why: 'the GPU no longer answers',
    remedy: 'restart the machine, or use --device cpu',
  },
  {
    pattern: /Failed to initialize NVML: Unknown Error/,
    why: 'the container has lost its access to the GPU',
    remedy: 'restart the container, or use --device cpu',
  },
];

/**
 * Why NVIDIA's tool failed.
 *
 * @param {string} output
 * @returns {{ why: string, remedy: string }}
 */
export function explainToolFailure(output) {
  const known = failures.find(({ pattern }) => pattern.test(output));
  if (known !== undefined) return { why: known.why, remedy: known.remedy };
  const first = output.trim().split('\n')[0] ?? '';
  return {
    why: `nvidia-smi failed${first === '' ? '' : `: ${first}`}`,
    remedy: 'reinstall the NVIDIA driver, or use --device cpu',
  };
}

/** @param {string} output @param {number} fields */
function rowsOf(output, fields) {
  return output
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter((row) => row.length === fields);
}

/** @param {string | undefined} text */
function mebibytes(text) {
  return /^\d+$/.test(text ?? '') ? Number(text) : null;
}
