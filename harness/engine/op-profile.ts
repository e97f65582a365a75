import { type NodeBackend, nodeBackend } from './tensorflow.ts';

/** One executed TensorFlow operation. */
export interface OperationCall {
  /** TensorFlow's name of the operation, such as `Conv2D`. */
  op: string;
  inputShapes: readonly (readonly number[])[];
  outputShapes: readonly (readonly number[])[];
  milliseconds: number;
}

/** A function's operations in their order, and how long the whole function took. */
export interface OperationProfile {
  calls: readonly OperationCall[];
  milliseconds: number;
}

/**
 * Runs a function while timing every TensorFlow operation that it executes by itself. Operations inside a replayed
 * graph are not seen: TensorFlow runs those as a whole.
 *
 * @throws Error on a GPU, where an operation returns before it has been computed
 */
export function profileOperations(run: () => void): OperationProfile {
  const backend = nodeBackend();
  if (backend.isUsingGpuDevice) {
    throw new Error('profileOperations: operations on a GPU end after their calls return; profile on the CPU');
  }
  const { binding: native, getInputTensorIds } = backend;
  const calls: OperationCall[] = [];
  // Every operation's inputs pass through here first, and only here are they known with their shapes.
  const shapes = new Map<number, readonly number[]>();
  backend.getInputTensorIds = (tensors) => {
    const ids = getInputTensorIds.call(backend, tensors);
    ids.forEach((id, i) => {
      shapes.set(id, tensors[i]!.shape);
    });
    return ids;
  };
  const timer: Partial<NodeBackend['binding']> = {
    executeOp(op, attributes, inputIds, count) {
      const start = performance.now();
      const made = native.executeOp(op, attributes, inputIds, count);
      const milliseconds = performance.now() - start;
      const inputShapes = inputIds.map((id) => shapes.get(id)!);
      calls.push({ op, inputShapes, outputShapes: made.map(({ shape }) => shape), milliseconds });
      return made;
    },
  };
  backend.binding = Object.create(native, Object.getOwnPropertyDescriptors(timer));
  try {
    const start = performance.now();
    run();
    return { calls, milliseconds: performance.now() - start };
  } finally {
    backend.binding = native;
    backend.getInputTensorIds = getInputTensorIds;
  }
}
