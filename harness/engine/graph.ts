import { createRequire } from 'node:module';

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

/** Writable messages of the protocol buffers that the engine's package ships. */
// biome-ignore lint/suspicious/noExplicitAny: generated code without types
type Message = any;

/** The saved model of a graph: one meta graph with the tag `serve`, no variables, no signatures. */
export function savedModelOf(nodes: readonly GraphNode[]): Uint8Array {
  const proto: Message = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');
  const graph = new proto.GraphDef();
  graph.setNodeList(nodes.map((node) => nodeMessage(proto, node)));
  const versions = new proto.VersionDef();
  versions.setProducer(producerVersion);
  graph.setVersions(versions);
  const meta = new proto.MetaGraphDef();
  const information = new proto.MetaGraphDef.MetaInfoDef();
  information.setTagsList(['serve']);
  meta.setMetaInfoDef(information);
  meta.setGraphDef(graph);
  const model = new proto.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.setMetaGraphsList([meta]);
  return model.serializeBinary();
}

/** GraphDef version that TensorFlow 2 writes: operations behave as they do now. */
const producerVersion = 1882;

function nodeMessage(proto: Message, { name, op, inputs, attributes }: GraphNode): Message {
  const node = new proto.NodeDef();
  node.setName(name);
  node.setOp(op);
  node.setInputList([...inputs]);
  for (const [key, attribute] of Object.entries(attributes)) {
    node.getAttrMap().set(key, attributeMessage(proto, attribute));
  }
  return node;
}

function attributeMessage(proto: Message, attribute: GraphAttribute): Message {
  const message = new proto.AttrValue();
  switch (attribute.kind) {
    case 'string':
      message.setS(Buffer.from(attribute.value).toString('base64'));
      break;
    case 'int':
      message.setI(attribute.value);
      break;
    case 'ints': {
      const list = new proto.AttrValue.ListValue();
      list.setIList([...attribute.value]);
      message.setList(list);
      break;
    }
    case 'float':
      message.setF(attribute.value);
      break;
    case 'bool':
      message.setB(attribute.value);
      break;
    case 'type':
      message.setType(attribute.value);
      break;
    case 'shape':
      message.setShape(shapeMessage(proto, attribute.value));
      break;
    case 'tensor': {
      const tensor = new proto.Tensor();
      tensor.setDtype(attribute.type);
      tensor.setTensorShape(shapeMessage(proto, attribute.shape));
      tensor.setTensorContent(attribute.content);
      message.setTensor(tensor);
      break;
    }
  }
  return message;
}

function shapeMessage(proto: Message, shape: readonly number[]): Message {
  const message = new proto.TensorShape();
  message.setDimList(
    shape.map((size) => {
      const dim = new proto.TensorShape.Dim();
      dim.setSize(size);
      return dim;
    }),
  );
  return message;
}
