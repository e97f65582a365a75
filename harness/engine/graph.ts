import { bytesField, floatField, messageField, varintField, varintsField } from './wire-format.ts';

/** A TensorFlow graph as plain data, and its serialized form as a saved model that the native binding loads. */

/** The value of a node's attribute, as TensorFlow's AttrValue message distinguishes them. */
export type GraphAttribute =
  | { kind: 'string'; value: string }
  | { kind: 'int'; value: number }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'float'; value: number }
  | { kind: 'bool'; value: boolean }
  | { kind: 'type'; value: number }
  | { kind: 'shape'; value: readonly number[] }
  /** A constant: little-endian content of the given type and shape. */
  | { kind: 'tensor'; type: number; shape: readonly number[]; content: Uint8Array };

export interface GraphNode {
  name: string;
  op: string;
  /** `node:output` of each input. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, GraphAttribute>>;
}

/**
 * The saved model of a graph: one meta graph with the tag `serve`, no variables, no signatures. The numbers are those of
 * the fields in TensorFlow's `saved_model.proto`, `meta_graph.proto`, `graph.proto`, `versions.proto`, `node_def.proto`,
 * `attr_value.proto`, `tensor.proto` and `tensor_shape.proto`.
 */
export function savedModelOf(nodes: readonly GraphNode[]): Uint8Array {
  const graph = nodes.map((node) => messageField(1, nodeMessage(node))).join('');
  const versions = messageField(4, varintField(1, producerVersion));
  const information = messageField(1, bytesField(4, 'serve'));
  const meta = messageField(2, information + messageField(2, graph + versions));
  return Buffer.from(varintField(1, schemaVersion) + meta, 'latin1');
}

const schemaVersion = 1;
/** GraphDef version that TensorFlow 2 writes: operations behave as they do now. */
const producerVersion = 1882;

function nodeMessage({ name, op, inputs, attributes }: GraphNode): string {
  const entries = Object.entries(attributes).map(([key, attribute]) =>
    messageField(5, bytesField(1, key) + messageField(2, attributeMessage(attribute))),
  );
  return [bytesField(1, name), bytesField(2, op), ...inputs.map((input) => bytesField(3, input)), ...entries].join('');
}

function attributeMessage(attribute: GraphAttribute): string {
  switch (attribute.kind) {
    case 'ints':
      return messageField(1, varintsField(3, attribute.value));
    case 'string':
      return bytesField(2, attribute.value);
    case 'int':
      return varintField(3, attribute.value);
    case 'float':
      return floatField(4, attribute.value);
    case 'bool':
      return varintField(5, attribute.value);
    case 'type':
      return varintField(6, attribute.value);
    case 'shape':
      return messageField(7, shapeMessage(attribute.value));
    case 'tensor': {
      const { type, shape, content } = attribute;
      return messageField(8, varintField(1, type) + messageField(2, shapeMessage(shape)) + bytesField(4, content));
    }
  }
}

function shapeMessage(shape: readonly number[]): string {
  return shape.map((size) => messageField(2, varintField(1, size))).join('');
}
