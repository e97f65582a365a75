import { createRequire } from 'node:module';
import util from 'node:util';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-node-gpu';
import { UsageError } from '../errors.ts';

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';

/** The TensorFlow.js package, usable after `loadEngine()`. Importing this module alone loads nothing native. */
export type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');
export let tf: TensorFlow;

export interface EngineOptions {
  /** Threads inside one operation. Results are bit-identical only for an equal number of threads. */
  threads: number;
  device: 'cpu' | 'gpu';
}

/** An attribute as the native binding takes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** A native tensor: its id, shape and number of the data type. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/** The parts of the Node backend that run TensorFlow operations by name, and whole graphs. */
export interface NodeBackend {
  binding: {
    TF_ATTR_STRING: number;
    TF_ATTR_INT: number;
    TF_ATTR_FLOAT: number;
    TF_ATTR_BOOL: number;
    TF_ATTR_TYPE: number;
    TF_ATTR_SHAPE: number;
    TF_FLOAT: number;
    TF_INT32: number;
    TF_Version: string;
    createTensor(shape: number[], type: number, values: Float32Array | Int32Array | Uint8Array): number;
    executeOp(name: string, attributes: OpAttribute[], inputIds: number[], outputs: number): TensorMetadata[];
    tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
    loadSavedModel(folder: string, tags: string): number;
    deleteSavedModel(model: number): void;
    runSavedModel(model: number, inputIds: number[], inputs: string, outputs: string): TensorMetadata[];
  };
  isUsingGpuDevice: boolean;
  executeMultipleOutputs(name: string, attributes: OpAttribute[], inputs: TensorInfo[], outputs: number): Tensor[];
  /** What the backend knows of a tensor's data; values that are not uploaded yet, else null. */
  tensorMap: { get(dataId: object): { values: unknown } };
  /** Takes the values of a new tensor, to be uploaded when they are first used; gives the data's id. */
  write(values: unknown, shape: number[], dtype: string): object;
  /** The values of a tensor's data. */
  readSync(dataId: object): unknown;
  /** Uploads the tensors' values where that has not happened yet, and gives their native ids. */
  getInputTensorIds(tensors: TensorInfo[]): number[];
  /** Makes a tensor of a native one. */
  createOutputTensor(metadata: TensorMetadata): Tensor;
}

let loaded: EngineOptions | null = null;

/**
 * Loads TensorFlow once per process, with all settings that decide its results made before it starts.
 *
 * @throws UsageError where a GPU is asked for and TensorFlow finds none
 * @throws Error where the engine is already loaded with other options, which TensorFlow cannot change
 */
export function loadEngine(options: EngineOptions): void {
  if (loaded !== null) {
    if (loaded.threads === options.threads && loaded.device === options.device) return;
    const [now, then] = [options, loaded].map(({ threads, device }) => `${threads} thread(s) on the ${device}`);
    throw new Error(`loadEngine: already running with ${then}, asked for ${now}; use a new process`);
  }
  process.env.TF_NUM_INTRAOP_THREADS = String(options.threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  process.env.TF_DETERMINISTIC_OPS = '1';
  // Else all GPU memory is taken at once, and measuring it means nothing.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH = 'true';
  // Why a GPU cannot be used, TensorFlow says in warnings only.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= options.device === 'gpu' ? '1' : '2';
  if (options.device === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1';
  restoreRemovedNodeHelpers();
  tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as TensorFlow;
  loaded = { ...options };
  if (options.device === 'gpu' && !nodeBackend().isUsingGpuDevice) {
    throw new UsageError('--device gpu: TensorFlow finds no GPU; see npm run doctor, or use --device cpu');
  }
}

/** The package calls helpers of `node:util` that Node 23 removed. */
function restoreRemovedNodeHelpers(): void {
  const helpers = util as unknown as Record<string, unknown>;
  helpers.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  helpers.isArray ??= Array.isArray;
  helpers.isString ??= (value: unknown) => typeof value === 'string';
  helpers.isNumber ??= (value: unknown) => typeof value === 'number';
  helpers.isBoolean ??= (value: unknown) => typeof value === 'boolean';
  helpers.isFunction ??= (value: unknown) => typeof value === 'function';
}

/** What TensorFlow was loaded with. */
export function engineOptions(): EngineOptions {
  if (loaded === null) throw new Error('engineOptions: the engine is not loaded');
  return loaded;
}

/** The backend behind `tf`; only the engine's own files use it. */
export function nodeBackend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend;
}

/** Version of the native TensorFlow library, and the kind of device that its operations run on. */
export function engineInfo(): { package: string; tensorflow: string; device: 'cpu' | 'gpu' } {
  return {
    package: `tfjs-node-gpu ${tf.version['tfjs-node']}`,
    tensorflow: nodeBackend().binding.TF_Version,
    device: nodeBackend().isUsingGpuDevice ? 'gpu' : 'cpu',
  };
}

/** Values of an operation's attributes: which kind each one is decides how TensorFlow reads it. */
export type Attributes = Record<
  string,
  | { type: 'float32' | 'int32' }
  | { string: string }
  | { int: number | number[] }
  | { float: number }
  | { bool: boolean }
>;

/**
 * Runs one TensorFlow operation by its name, outside tfjs's own kernels.
 *
 * @throws Error from TensorFlow where names, attributes or shapes do not fit; it names the operation.
 */
export function runOp(name: string, inputs: readonly Tensor[], attributes: Attributes, outputs = 1): Tensor[] {
  const { binding } = nodeBackend();
  const list = Object.entries(attributes).map(([attribute, given]): OpAttribute => {
    if ('type' in given) {
      const value = given.type === 'float32' ? binding.TF_FLOAT : binding.TF_INT32;
      return { name: attribute, type: binding.TF_ATTR_TYPE, value };
    }
    if ('string' in given) return { name: attribute, type: binding.TF_ATTR_STRING, value: given.string };
    if ('int' in given) return { name: attribute, type: binding.TF_ATTR_INT, value: given.int };
    if ('float' in given) return { name: attribute, type: binding.TF_ATTR_FLOAT, value: given.float };
    return { name: attribute, type: binding.TF_ATTR_BOOL, value: given.bool };
  });
  return nodeBackend().executeMultipleOutputs(name, list, [...inputs], outputs);
}
