import { refusingDraws } from '../random.ts';
import type { GraphAttribute, GraphNode } from './graph.ts';
import { type NodeBackend, nodeBackend, type OpAttribute, type TensorMetadata } from './tensorflow.ts';

/** What a recording found: the operations as graph nodes, and which node's output each tensor id is. */
export interface Recording {
  nodes: GraphNode[];
  /** `node:output` by the native tensor's id. */
  outputs: ReadonlyMap<number, string>;
  /** Shapes by `node:output`. */
  shapes: ReadonlyMap<string, readonly number[]>;
}

/**
 * Runs a function while noting every TensorFlow operation that it executes.
 *
 * @param inputs the tensors that the function may read, by native id: they become placeholders of the given names
 * @throws Error where the function reads a tensor's values (the graph could not follow), a tensor that is neither an
 *   input nor made on the way, or unseeded random numbers (their values would be frozen), or replays another graph
 */
export function recordOperations<T>(
  inputs: ReadonlyMap<number, Input>,
  run: () => T,
): { result: T; recording: Recording } {
  const backend = nodeBackend();
  const native = backend.binding;
  const nodes: GraphNode[] = [];
  const outputs = new Map<number, string>();
  const types = new Map<number, number>();
  const shapes = new Map<string, readonly number[]>();
  for (const [id, { name, type, shape }] of inputs) {
    nodes.push({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: { kind: 'type', value: type }, shape: { kind: 'shape', value: shape } },
    });
    outputs.set(id, `${name}:0`);
    types.set(id, type);
    shapes.set(`${name}:0`, shape);
  }
  // A name starts with a letter or digit, which names of internal operations do not.
  const nameOf = (op: string) => `n${nodes.length}_${op}`;
  const recorder: Partial<NodeBackend['binding']> = {
    createTensor(shape, type, values) {
      if (!ArrayBuffer.isView(values))
        throw new Error('recording: a constant of texts, which a graph cannot hold here');
      const id = native.createTensor(shape, type, values);
      const name = nameOf('Const');
      const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      nodes.push({
        name,
        op: 'Const',
        inputs: [],
        attributes: {
          dtype: { kind: 'type', value: type },
          value: { kind: 'tensor', type, shape: [...shape], content: Uint8Array.from(content) },
        },
      });
      outputs.set(id, `${name}:0`);
      types.set(id, type);
      shapes.set(`${name}:0`, [...shape]);
      return id;
    },
    executeOp(op, attributes, inputIds, count) {
      if (statefulRandom.test(op)) throw randomNumbers();
      const from = inputIds.map((id) => {
        const source = outputs.get(id);
        if (source !== undefined) return source;
        throw outsider(op);
      });
      const made: TensorMetadata[] = native.executeOp(op, attributes, inputIds, count);
      const name = nameOf(op);
      const given = attributesOf(native, attributes);
      if (typedByFirstInput.includes(op)) given.T ??= { kind: 'type', value: types.get(inputIds[0]!)! };
      nodes.push({ name, op, inputs: from, attributes: given });
      made.forEach(({ id, dtype, shape }, index) => {
        outputs.set(id, `${name}:${index}`);
        types.set(id, dtype);
        shapes.set(`${name}:${index}`, shape);
      });
      return made;
    },
    runSavedModel() {
      throw new Error('recording: the step replays another one; call that one operation by operation');
    },
    tensorDataSync() {
      throw readsValues();
    },
  };
  backend.binding = Object.create(native, Object.getOwnPropertyDescriptors(recorder));
  const release = refuseFrozenValues(backend);
  try {
    return { result: refusingDraws(randomNumbers, run), recording: { nodes, outputs, shapes } };
  } finally {
    backend.binding = native;
    release();
  }
}

/**
 * Values are uploaded when they are first used, and would become constants of the graph: those of tensors that existed
 * before, and those drawn at random. Returns what ends the watch.
 */
function refuseFrozenValues(backend: NodeBackend): () => void {
  const { write, getInputTensorIds, readSync } = backend;
  const written = new Set<object>();
  backend.write = (values, shape, dtype) => {
    const id = write.call(backend, values, shape, dtype);
    written.add(id);
    return id;
  };
  backend.getInputTensorIds = (tensors) => {
    for (const { dataId } of tensors) {
      // tfjs's 64-bit integers are attributes in disguise, without data of their own.
      if (dataId === undefined || written.has(dataId)) continue;
      if (backend.tensorMap.get(dataId).values !== null) throw outsider('an operation');
    }
    return getInputTensorIds.call(backend, tensors);
  };
  backend.readSync = (dataId) => {
    if (!written.has(dataId)) throw readsValues();
    return readSync.call(backend, dataId);
  };
  const random = Object.getOwnPropertyDescriptor(Math, 'random')!;
  const value = () => {
    throw randomNumbers();
  };
  Object.defineProperty(Math, 'random', { ...random, value });
  return () => {
    backend.write = write;
    backend.getInputTensorIds = getInputTensorIds;
    backend.readSync = readSync;
    Object.defineProperty(Math, 'random', random);
  };
}

/** Operations that draw from a generator of their own, other numbers in a graph than one by one. */
const statefulRandom = /^(Random|Multinomial$|TruncatedNormal$|ParameterizedTruncatedNormal$)/;

function randomNumbers(): Error {
  return new Error('recording: the step draws random numbers, which every replay would repeat; make them a feed');
}

function readsValues(): Error {
  return new Error('recording: the step reads values while it runs, which a graph cannot follow; return them instead');
}

function outsider(reader: string): Error {
  return new Error(
    `recording: ${reader} reads a tensor that is neither a feed nor a variable nor made by the step; make it a feed`,
  );
}

/** Operations that tfjs runs without their type attribute T, which TensorFlow then takes from the first input. */
const typedByFirstInput = ['ExpandDims'];

export interface Input {
  name: string;
  /** TensorFlow's number of the data type. */
  type: number;
  shape: readonly number[];
}

function attributesOf(
  binding: NodeBackend['binding'],
  attributes: readonly OpAttribute[],
): Record<string, GraphAttribute> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeOf(binding, attribute)]));
}

function attributeOf(binding: NodeBackend['binding'], { name, type, value }: OpAttribute): GraphAttribute {
  switch (type) {
    case binding.TF_ATTR_STRING:
      return { kind: 'string', value: value as string };
    case binding.TF_ATTR_INT:
      return Array.isArray(value)
        ? { kind: 'ints', value: value as number[] }
        : { kind: 'int', value: value as number };
    case binding.TF_ATTR_FLOAT:
      return { kind: 'float', value: value as number };
    case binding.TF_ATTR_BOOL:
      return { kind: 'bool', value: value as boolean };
    case binding.TF_ATTR_TYPE:
      return { kind: 'type', value: value as number };
    case binding.TF_ATTR_SHAPE:
      return { kind: 'shape', value: value as number[] };
    default:
      throw new Error(`recording: attribute ${name} is of a kind (${type}) that a graph cannot hold yet`);
  }
}
