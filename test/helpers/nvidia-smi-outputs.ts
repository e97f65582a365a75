/**
 * What NVIDIA's tool prints, in its formats: `--format=csv,noheader,nounits` for the tables, the lines of `-L`, and its
 * messages (on standard output, with an exit code that is not 0).
 */

/** `--query-gpu=index,uuid,name,driver_version,memory.total,memory.free` */
export const gpuTables = {
  two: `0, GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6, NVIDIA H100 80GB HBM3, 570.86.15, 81559, 81078
1, GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455, NVIDIA L4, 570.86.15, 23034, 12100
`,
  old: '0, GPU-77777777-1b2c-4d5e-8f90-a1b2c3d4e5f6, Tesla T4, 470.223.02, 15109, 15100\n',
  /** A GPU that shares the system's memory. */
  sharedMemory: '0, GPU-12121212-1b2c-4d5e-8f90-a1b2c3d4e5f6, NVIDIA GB10, 580.95.05, [N/A], [N/A]\n',
  migInContainer:
    '0, GPU-b7c4e1d2-3f4a-5b6c-7d8e-9f0a1b2c3d4e, NVIDIA A100-SXM4-40GB, 535.161.08, [Insufficient Permissions], ' +
    '[Insufficient Permissions]\n',
};

/** `--query-compute-apps=gpu_uuid,pid,used_memory` */
export const processTables = {
  two: `GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6, 4242, 1530
GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6, 17, 9000
GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455, 4242, 20
`,
  notTold: `GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6, 4242, [N/A]
GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6, 4243, [Not Supported]
GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6, 4244, [Insufficient Permissions]
`,
  none: 'No running processes found\n',
  forbidden: '[Insufficient Permissions], [Insufficient Permissions], [Insufficient Permissions]\n',
};

/** `-L` */
export const gpuLists = {
  two: `GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6)
GPU 1: NVIDIA L4 (UUID: GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455)
`,
  mig: `GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-b7c4e1d2-3f4a-5b6c-7d8e-9f0a1b2c3d4e)
  MIG 3g.20gb     Device  0: (UUID: MIG-5b1f0a52-8c1f-5d6e-9a3b-1c2d3e4f5a6b)
  MIG 1g.5gb+me   Device  1: (UUID: MIG-8d2e1b63-9d20-5e7f-8b4c-2d3e4f5a6b7c)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-11111111-2222-3333-4444-555555555555)
`,
};

export const failures = {
  driverGone: `NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.
`,
  mismatch: `Failed to initialize NVML: Driver/library version mismatch
NVML library version: 535.183
`,
  noPermission: 'Failed to initialize NVML: Insufficient Permissions\n',
  noDevices: 'No devices were found\n',
  lost: 'Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU\n',
  containerLost: 'Failed to initialize NVML: Unknown Error\n',
  unknownField: `Field "clocks_event_reasons.active" is not a valid field to query.
`,
};
