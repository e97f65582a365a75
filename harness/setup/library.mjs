import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';
import { fillFolder, isComplete, listFiles, requireSpace } from './files.mjs';
import { makeFolder } from './make-folder.mjs';
import { glibcVersion, requireGlibc } from './platform.mjs';
import { formatBytes } from './progress.mjs';
import { pipEnvironment } from './tool-environment.mjs';
import { runTool } from './tools.mjs';

/** @import { SetupContext, SetupStep } from './context.mjs' */
/** @import { LibraryPin } from './pins.mjs' */

const what = 'TensorFlow library';
const unpackScript = join(dirname(fileURLToPath(import.meta.url)), 'unpack.py');
const libraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];
const cudaPackages = [
  'cublas',
  'cuda_cupti',
  'cuda_nvrtc',
  'cuda_runtime',
  'cudnn',
  'cufft',
  'curand',
  'cusolver',
  'cusparse',
  'nccl',
  'nvjitlink',
];

/**
 * What is kept of the wheels. TensorFlow looks for the CUDA libraries in `nvidia` beside its own folder, where pip
 * would put them.
 */
const keptPrefixes = [
  ...libraries,
  ...['tensorflow', 'tsl', 'xla'].map((name) => `tensorflow/include/${name}/`),
  ...cudaPackages.map((name) => `nvidia/${name}/lib/`),
  // The assembler and the device functions that XLA and run-time compiled kernels need.
  'nvidia/cuda_nvcc/bin/',
  'nvidia/cuda_nvcc/nvvm/',
];

/** @type {SetupStep} */
export const libraryStep = {
  title: what,

  isDone({ libraryFolder }) {
    return isComplete(libraryFolder, libraries);
  },

  fillsCache() {
    return true;
  },

  async perform(context, progress) {
    const { cache, libraryFolder, pin, device } = context;
    requireGlibc(glibcVersion());
    const download = pin.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
    // pip moves a finished download from its temporary folder, which lies on the same disk.
    requireSpace(what, cache, download + pin.unpackedBytes);
    await fillFolder(libraryFolder, async (folder) => {
      const wheels = join(folder, 'wheels');
      await downloadWheels(context, wheels, (bytes) => {
        const percent = Math.min(100, Math.floor((100 * bytes) / download));
        progress.update(`downloading ${formatBytes(download)} ... ${percent}%`);
      });
      for (const name of listFiles(wheels, '\\.whl$', false)) {
        await unpack(context, join(wheels, name), folder, () => progress.update(`unpacking ${name} ...`));
      }
      rmSync(wheels, { recursive: true });
      return [...libraries, ...listFiles(folder, '^nvidia/.*\\.so(\\.|$)', true)];
    });
    return `TensorFlow ${pin.version} (${device}) downloaded to ${libraryFolder}`;
  },
};

/**
 * The requirements file for pip: exact versions with their hashes.
 *
 * @param {LibraryPin} pin
 */
export function requirements(pin) {
  return pin.wheels.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`).join('');
}

/**
 * @param {SetupContext} context
 * @param {string} folder
 * @param {(bytes: number) => void} onProgress
 */
async function downloadWheels({ pin, env, toolRecord }, folder, onProgress) {
  const temporary = join(folder, 'tmp');
  makeFolder(temporary);
  const requirementsPath = join(folder, 'requirements.txt');
  writeFileSync(requirementsPath, requirements(pin));
  const platforms = [...new Set(pin.wheels.map((wheel) => wheel.platform))];
  await runTool({
    what,
    file: 'python3',
    args: [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--python-version',
      '3.11',
      ...platforms.flatMap((platform) => ['--platform', platform]),
      '--require-hashes',
      '-r',
      requirementsPath,
      '--dest',
      folder,
      '--no-cache-dir',
      '--no-input',
      '--progress-bar',
      'off',
      '--disable-pip-version-check',
    ],
    cwd: folder,
    env: { ...pipEnvironment(env), TMPDIR: temporary },
    recordPath: toolRecord,
    missing: 'install Python 3 with pip (Debian: apt-get install python3 python3-pip)',
    failed: 'see what pip says below, and run the command again',
    onTick: () => onProgress(sizeOf(folder)),
  });
  const found = listFiles(folder, '\\.whl$', false).length;
  if (found !== pin.wheels.length) {
    throw new SetupError(what, `pip left ${found} of ${pin.wheels.length} files`, 'run the command again');
  }
}

/**
 * @param {SetupContext} context
 * @param {string} wheel
 * @param {string} folder
 * @param {() => void} onTick
 */
async function unpack({ env, toolRecord }, wheel, folder, onTick) {
  await runTool({
    what,
    file: 'python3',
    args: [unpackScript, wheel, folder, ...keptPrefixes],
    cwd: folder,
    env,
    recordPath: toolRecord,
    missing: 'install Python 3 (Debian: apt-get install python3)',
    failed: 'see what Python says below, and run the command again',
    onTick,
  });
}

/** @param {string} folder @returns {number} bytes of the files in it */
function sizeOf(folder) {
  return listFiles(folder, '', true).reduce((sum, name) => {
    const entry = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (entry?.isFile() ? entry.size : 0);
  }, 0);
}
