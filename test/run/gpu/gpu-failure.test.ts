import { expect, test } from 'vitest';
import { explainGpuFailure, ranOutOfMemory } from '../../../harness/run/gpu/gpu-failure.ts';

/** Messages as TensorFlow and CUDA print them. */
test.each([
  [
    'memory full at the start',
    'INTERNAL: failed call to cuDevicePrimaryCtxRetain: CUDA_ERROR_OUT_OF_MEMORY: out of memory; total memory ' +
      'reported: 12782075904',
    /memory ran out.*fewer --jobs/,
  ],
  ['memory full later', 'OOM when allocating tensor with shape[128,64,32,32] and type float', /memory ran out/],
  [
    'cuDNN without memory',
    'E0000 cuda_dnn.cc:522] Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED',
    /fewer --jobs/,
  ],
  ['an old driver', 'CUDA driver version is insufficient for CUDA runtime version', /driver is too old.*update it/],
  [
    'no driver',
    'E0000 00:00:1795515675.690221 24097 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed ' +
      'call to cuInit: UNKNOWN ERROR (303)',
    /libcuda\.so\.1 was not found.*--gpus all/,
  ],
  [
    'no GPU',
    'failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable ' +
      'device is detected',
    /finds no GPU/,
  ],
  [
    'a library that is missing',
    'W0000 gpu_device.cc:2431] Cannot dlopen some GPU libraries. Please make sure',
    /doctor/,
  ],
  [
    'exclusive compute mode',
    'failed call to cuDevicePrimaryCtxRetain: CUDA_ERROR_DEVICE_UNAVAILABLE: CUDA-capable device(s) is/are busy or ' +
      'unavailable',
    /exclusive compute mode/,
  ],
  ['a driver between two versions', 'failed call to cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH', /restart the machine/],
])('%s has a cause and a remedy', (_what, message, expected) => {
  expect(explainGpuFailure(`noise\n${message}\nnoise`)).toMatch(expected);
});

test('other failures are not taken for the GPU’s', () => {
  expect(explainGpuFailure('Error: no such layer')).toBeNull();
});

test('an allocation that TensorFlow repeats with less memory is no cause', () => {
  const line =
    'W tensorflow/core/common_runtime/bfc_allocator.cc:296] Allocator (GPU_0_bfc) ran out of memory trying to ' +
    'allocate 2.17GiB. The caller indicates that this is not a failure, but this may mean that there could be ' +
    'performance gains if more memory were available.';
  expect(explainGpuFailure(`${line}\nError: no such layer`)).toBeNull();
  expect(explainGpuFailure(`${line}\nCUDA_ERROR_NO_DEVICE`)).toMatch(/finds no GPU/);
  expect([ranOutOfMemory(line), ranOutOfMemory(`${line}\nOOM when allocating tensor`)]).toEqual([false, true]);
});
