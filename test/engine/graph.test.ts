import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { type GraphAttribute, savedModelOf } from '../../harness/engine/graph.ts';

/** The readers of the messages that the engine's package ships, which were generated of TensorFlow's definitions. */
const { SavedModel } = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');

const graphIn = (model: Uint8Array) => SavedModel.deserializeBinary(model).getMetaGraphsList()[0].getGraphDef();

function readAttribute(attribute: GraphAttribute) {
  const model = savedModelOf([{ name: 'x', op: 'Op', inputs: [], attributes: { key: attribute } }]);
  return graphIn(model).getNodeList()[0].getAttrMap().get('key');
}

const sizesOf = (shape: { getDimList(): { getSize(): number }[] }) => shape.getDimList().map((dim) => dim.getSize());

test('a saved model has one meta graph with the tag serve, and its nodes with their inputs in order', () => {
  const model = savedModelOf([
    { name: 'x', op: 'Placeholder', inputs: [], attributes: {} },
    { name: 'n1_Add', op: 'Add', inputs: ['x:0', 'other:1'], attributes: {} },
  ]);
  const read = SavedModel.deserializeBinary(model);
  expect(read.getSavedModelSchemaVersion()).toBe(1);
  expect(read.getMetaGraphsList()).toHaveLength(1);
  expect(read.getMetaGraphsList()[0].getMetaInfoDef().getTagsList()).toEqual(['serve']);
  expect(graphIn(model).getVersions().getProducer()).toBe(1882);
  const nodes = graphIn(model).getNodeList();
  expect(
    nodes.map((node: { getName(): string; getOp(): string; getInputList(): string[] }) => [
      node.getName(),
      node.getOp(),
      node.getInputList(),
    ]),
  ).toEqual([
    ['x', 'Placeholder', []],
    ['n1_Add', 'Add', ['x:0', 'other:1']],
  ]);
});

test.each(['', 'SAME', 'µ'])('an attribute of text: %j', (value) => {
  expect(Buffer.from(readAttribute({ kind: 'string', value }).getS_asU8()).toString()).toBe(value);
});

test.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 5, -1, -129])('an attribute of a whole number: %d', (value) => {
  expect(readAttribute({ kind: 'int', value }).getI()).toBe(value);
});

test.each([[[]], [[1, 2, 2, 1]], [[0, 128, -5, 70_000]]])('an attribute of whole numbers: %j', (value) => {
  expect(readAttribute({ kind: 'ints', value }).getList().getIList()).toEqual(value);
});

test.each([0, 0.1, -2.5, 1e-30])('an attribute of a float: %d', (value) => {
  expect(readAttribute({ kind: 'float', value }).getF()).toBe(Math.fround(value));
});

test('attributes of truth values, types and shapes', () => {
  expect([true, false].map((value) => readAttribute({ kind: 'bool', value }).getB())).toEqual([true, false]);
  expect(readAttribute({ kind: 'bool', value: false }).hasB()).toBe(true);
  expect(readAttribute({ kind: 'type', value: 3 }).getType()).toBe(3);
  for (const shape of [[], [3], [-1, 0, 70_000]]) {
    expect(sizesOf(readAttribute({ kind: 'shape', value: shape }).getShape())).toEqual(shape);
  }
});

test('an attribute of a tensor keeps every byte of a part of a buffer', () => {
  const bytes = Uint8Array.from({ length: 264 }, (_, i) => i % 256);
  const content = bytes.subarray(4, 260);
  const tensor = readAttribute({ kind: 'tensor', type: 1, shape: [8, 8], content }).getTensor();
  expect(tensor.getDtype()).toBe(1);
  expect(sizesOf(tensor.getTensorShape())).toEqual([8, 8]);
  expect([...tensor.getTensorContent_asU8()]).toEqual([...content]);
});
