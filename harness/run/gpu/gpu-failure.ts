const memoryRanOut =
  /CUDA_ERROR_OUT_OF_MEMORY|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED|RESOURCE_EXHAUSTED|ran out of memory|OOM when allocating/i;

/** Said of an attempt that is repeated with less memory. */
const harmless = /^.*The caller indicates that this is not a failure.*$/gm;

/** What TensorFlow and CUDA print where a GPU cannot be used; the first that matches wins. */
const causes = [
  {
    pattern: memoryRanOut,
    hint: 'The GPU’s memory ran out. Use fewer --jobs, end other processes on the GPU (nvidia-smi lists them), or use a larger GPU.',
  },
  {
    pattern: /CUDNN_STATUS_NOT_INITIALIZED|CUBLAS_STATUS_NOT_INITIALIZED/,
    hint: 'A CUDA library could not start, most often because the GPU’s memory is full: use fewer --jobs, or end other processes on the GPU.',
  },
  {
    pattern:
      /driver version is insufficient|CUDA_ERROR_COMPAT_NOT_SUPPORTED|unsupported toolchain|insufficient driver version/i,
    hint: 'The NVIDIA driver is too old for the CUDA libraries: update it, or use --device cpu.',
  },
  {
    pattern: /CUDA_ERROR_DEVICE_UNAVAILABLE|CUDA-capable device\(s\) is\/are busy/,
    hint: 'The GPU takes no further process: it is in exclusive compute mode and in use. Use --jobs 1 and end other processes on it, or have it set to the default mode (nvidia-smi -c 0).',
  },
  {
    pattern: /CUDA_ERROR_SYSTEM_DRIVER_MISMATCH/,
    hint: 'The running NVIDIA driver is another version than its libraries: restart the machine.',
  },
  {
    pattern: /Cannot dlopen some GPU libraries/,
    hint: 'CUDA libraries are missing from the set-up: npm run doctor names them.',
  },
  {
    pattern: /CUDA_ERROR_NO_DEVICE|no CUDA-capable device/,
    hint: 'The NVIDIA driver finds no GPU: check CUDA_VISIBLE_DEVICES, and in a container that it was started with --gpus.',
  },
  {
    pattern: /UNKNOWN ERROR \(303\)|Could not find cuda drivers|libcuda\.so\.1/,
    hint: 'The NVIDIA driver’s library libcuda.so.1 was not found: install the driver, or start the container with --gpus all.',
  },
];

/** The cause of a GPU's failure with its remedy, read from messages; null where they show none. */
export function explainGpuFailure(messages: string): string | null {
  const telling = messages.replace(harmless, '');
  return causes.find(({ pattern }) => pattern.test(telling))?.hint ?? null;
}

/** Whether messages tell that a GPU's memory was not enough. */
export function ranOutOfMemory(messages: string): boolean {
  return memoryRanOut.test(messages.replace(harmless, ''));
}
