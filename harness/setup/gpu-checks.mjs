import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, ok, warn } from './check.mjs';
import { explainToolFailure, gpuQuery, parseGpuList, parseGpus } from './nvidia-smi.mjs';
import { driverTooOld, nvidiaDriver } from './platform.mjs';
import { tryNvidiaSmi } from './try-nvidia-smi.mjs';
import { tryTool } from './try-tool.mjs';

/** @import { Check } from './check.mjs' */
/** @import { SetupContext } from './context.mjs' */

/**
 * What TensorFlow opens when it finds a GPU, and what these need; a path from `nvidia/`, beside TensorFlow's own
 * folder.
 */
export const cudaLibraries = [
  'cuda_runtime/lib/libcudart.so.12',
  'cublas/lib/libcublas.so.12',
  'cublas/lib/libcublasLt.so.12',
  'cufft/lib/libcufft.so.11',
  'cusparse/lib/libcusparse.so.12',
  'cusolver/lib/libcusolver.so.11',
  'cudnn/lib/libcudnn.so.9',
  'cudnn/lib/libcudnn_ops.so.9',
  'cudnn/lib/libcudnn_cnn.so.9',
  'nccl/lib/libnccl.so.2',
  'cuda_cupti/lib/libcupti.so.12',
];

/** Libraries that must be the pinned ones, or results differ without a trace. */
const pinnedNames = /^lib(tensorflow|cudart|cublas|cufft|cusparse|cusolver|cudnn|nccl|nvJitLink|nvrtc|cupti)/;

/**
 * The GPUs and their driver.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Check}
 */
export function checkGpu(env) {
  const name = 'gpu';
  const { output, error, said, warnings } = tryNvidiaSmi(gpuQuery, env);
  if (error?.includes('not found')) {
    const { installed, version } = nvidiaDriver(env);
    if (!installed) return ok(name, 'none: the CPU is used');
    const detail = `driver ${version ?? 'of unknown version'}, but no nvidia-smi: GPU memory is neither measured nor shared out`;
    return warn(name, detail, 'install it; in a container, set NVIDIA_DRIVER_CAPABILITIES=compute,utility');
  }
  if (error !== null) {
    const { why, remedy } = explainToolFailure(said);
    return warn(name, why, remedy);
  }
  const gpus = parseGpus(output);
  const [first] = gpus;
  if (first === undefined) return warn(name, `nvidia-smi names no GPU: ${output.split('\n')[0]}`, 'use --device cpu');
  const instances = parseGpuList(tryNvidiaSmi(['-L'], env).output).flatMap((gpu) => gpu.instances);
  const parts = gpus.map(({ name: model, totalMiB, freeMiB }) => `${model}, ${memoryOf(totalMiB, freeMiB)}`);
  const mig = instances.length === 0 ? '' : `; MIG ${instances.map(({ profile }) => profile).join(', ')}`;
  const warned = warnings.map((warning) => `; nvidia-smi warns: ${warning}`).join('');
  const detail = `${parts.join('; ')}${mig}; driver ${first.driver}${warned}`;
  const tooOld = driverTooOld(first.driver);
  return tooOld === null
    ? ok(name, detail)
    : warn(name, `${detail}: ${tooOld}`, 'update the driver, or use --device cpu');
}

/** @param {number | null} total @param {number | null} free */
function memoryOf(total, free) {
  if (total === null) return 'memory not told';
  return `${total} MiB${free === null ? '' : ` (${free} free)`}`;
}

/**
 * Which libraries the engine's process has really loaded: those of the cache, or others that the loader found before.
 *
 * @param {string[]} loaded
 * @param {string} libraryFolder
 * @returns {Check}
 */
export function checkLoaded(loaded, libraryFolder) {
  const name = 'loaded libraries';
  const known = loaded.filter((file) => pinnedNames.test(basename(file)));
  const foreign = known.filter((file) => !isBelow(file, libraryFolder));
  if (foreign.length > 0) {
    return warn(name, `not the pinned ones: ${foreign.join(', ')}`, 'unset LD_LIBRARY_PATH and LD_PRELOAD');
  }
  const driver = loaded.find((file) => basename(file).startsWith('libcuda.so'));
  const names = known.map((file) => basename(file)).sort();
  return ok(name, `${names.join(', ')}${driver === undefined ? '' : `; driver ${driver}`}`);
}

/**
 * The system tells real paths of loaded files, where a cache may be named by a link.
 *
 * @param {string} file
 * @param {string} folder
 */
function isBelow(file, folder) {
  const real = existsSync(folder) ? realpathSync(folder) : folder;
  return [folder, real].some((path) => file.startsWith(`${path}/`));
}

/**
 * Opens the CUDA libraries as the loader would, each with all that it needs: works without a GPU and without a driver.
 *
 * @param {SetupContext} context
 * @returns {Check}
 */
export function checkCudaLibraries({ libraryFolder, env }) {
  const name = 'CUDA libraries';
  const files = cudaLibraries.map((path) => join(libraryFolder, 'nvidia', path));
  const absent = files.filter((file) => !existsSync(file));
  const remedy = `delete ${libraryFolder} and run npm run setup`;
  if (absent.length > 0) return missing(name, `absent: ${absent.join(', ')}`, remedy);
  const script = join(dirname(fileURLToPath(import.meta.url)), 'open-libraries.mjs');
  const { output, error } = tryTool(process.execPath, [script, ...files], env);
  if (error !== null) return missing(name, error, remedy);
  const { failures, loaded } = JSON.parse(output);
  if (failures.length > 0) return missing(name, failures.join('; '), remedy);
  const strays = loaded.filter(
    (/** @type {string} */ file) => pinnedNames.test(basename(file)) && !isBelow(file, libraryFolder),
  );
  if (strays.length > 0) return warn(name, `not the pinned ones: ${strays.join(', ')}`, 'unset LD_LIBRARY_PATH');
  const names = [...new Set(loaded.map((/** @type {string} */ file) => basename(file)))].filter((file) =>
    pinnedNames.test(file),
  );
  return ok(name, `${names.length} open: ${names.sort().join(', ')}`);
}
