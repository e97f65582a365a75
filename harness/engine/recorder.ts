import type { GraphAttribute, GraphNode } from './graph.ts';
import { type NodeBackend, nodeBackend, type OpAttribute, type TensorMetadata } from './tensorflow.ts';

/** What a recording found: the operations as graph nodes, and which node's output each tensor id is. */
export interface Recording {
  nodes: GraphNode[];
  /** `node:output` by the native tensor's id. */
  outputs: ReadonlyMap<number, string>;
}

/**
 * Runs a function while noting every TensorFlow operation that it executes.
 *
 * @param inputs the tensors that the function may read, by native id: they become placeholders of the given names
 * @throws Error where the function reads a tensor's values (the graph could not follow), or a tensor that is neither an
 *   input nor made on the way (its values would be frozen)
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
  for (const [id, { name, type, shape }] of inputs) {
    nodes.push({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: { kind: 'type', value: type }, shape: { kind: 'shape', value: shape } },
    });
    outputs.set(id, `${name}:0`);
    types.set(id, type);
  }
  // A name starts with a letter or digit, which names of internal operations do not.
  const nameOf = (op: string) => `n${nodes.length}_${op}`;
  const recorder: Partial<NodeBackend['binding']> = {
    createTensor(shape, type, values) {
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
      return id;
    },
    executeOp(op, attributes, inputIds, count) {
      const from = inputIds.map((id) => {
        const source = outputs.get(id);
        if (source !== undefined) return source;
        throw new Error(
          `recording: ${op} reads a tensor that is neither a feed nor a variable nor made by the step; make it a feed`,
        );
      });
      const made: TensorMetadata[] = native.executeOp(op, attributes, inputIds, count);
      const name = nameOf(op);
      const given = attributesOf(native, attributes);
      if (typedByFirstInput.includes(op)) given.T ??= { kind: 'type', value: types.get(inputIds[0]!)! };
      nodes.push({ name, op, inputs: from, attributes: given });
      made.forEach(({ id, dtype }, index) => {
        outputs.set(id, `${name}:${index}`);
        types.set(id, dtype);
      });
      return made;
    },
    tensorDataSync() {
      throw new Error(
        'recording: the step reads values while it runs, which a graph cannot follow; return them instead',
      );
    },
  };
  backend.binding = Object.create(native, Object.getOwnPropertyDescriptors(recorder));
  try {
    return { result: run(), recording: { nodes, outputs } };
  } finally {
    backend.binding = native;
  }
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
