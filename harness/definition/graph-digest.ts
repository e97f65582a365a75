import { createHash } from 'node:crypto';
import type { GraphAttribute, GraphNode } from '../engine/graph.ts';
import { standardName } from '../engine/kernel-choice.ts';
import { operationFlops } from '../engine/operation-flops.ts';
import type { RecordedStep } from '../engine/record-step.ts';

/** What a recorded step computes, whatever its nodes are called and in which order they were made. */
export interface GraphForm {
  /** SHA-256. */
  digest: string;
  /** Names, types and shapes of the feeds. */
  feeds: string;
  /** Operations with their attributes, and constants with their values, by how many there are of each. */
  operations: ReadonlyMap<string, number>;
  /** Floating-point operations of convolutions and products, by operation. */
  flops: ReadonlyMap<string, number>;
}

/**
 * Hashes a graph from its inputs to its outputs (Merkle 1988): a node's hash is that of its operation, attributes and
 * inputs' hashes; feeds, variables, results and new values go by their names. What no output depends on is left out. An
 * operation's kernels all count as the operation, so that the choice of a processor's kernels does not show.
 */
export function graphForm(step: RecordedStep): GraphForm {
  const nodes = neededNodes(step);
  const named = new Map(step.inputs.map(({ node, kind, name }) => [node, `${kind} ${name}`]));
  const hashes = new Map<string, string>();
  const [operations, flops] = [new Map<string, number>(), new Map<string, number>()];
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => hashOfInput(input, hashes));
    const op = standardName(node.op);
    hashes.set(node.name, sha256(JSON.stringify([named.get(node.name) ?? op, attributesOf(node, hashText), inputs])));
    if (named.has(node.name)) continue;
    add(operations, describe(node), 1);
    const shapesOf = (outputs: readonly string[]) => outputs.map((output) => step.shapes.get(output)!);
    const [inputShapes, outputShapes] = [shapesOf(node.inputs), shapesOf([`${node.name}:0`])];
    add(flops, op, operationFlops({ op, inputShapes, outputShapes }) ?? 0);
  }
  const names = [...step.resultNames.map((name) => `result ${name}`), ...step.changed.map(({ name }) => `new ${name}`)];
  const outputs = step.outputs.map((output, index) => [names[index]!, hashOfInput(output, hashes)]);
  return {
    digest: sha256(JSON.stringify(outputs.sort(([left], [right]) => (left! < right! ? -1 : 1)))),
    feeds: feedsText(step),
    operations,
    flops: new Map([...flops].filter(([, count]) => count > 0)),
  };
}

/** `12 Add; 46 const float32 [] 0.9`: in alphabetical order of what is counted. */
export function operationsText(operations: ReadonlyMap<string, number>): string {
  return [...operations]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([what, count]) => `${count} ${what}`)
    .join('; ');
}

/** The nodes that outputs depend on, in the order in which they were recorded. */
function neededNodes({ nodes, outputs }: RecordedStep): GraphNode[] {
  const needed = new Set(outputs.map(nodeOf));
  return nodes
    .toReversed()
    .filter(({ name, inputs }) => {
      if (!needed.has(name)) return false;
      for (const input of inputs) needed.add(nodeOf(input));
      return true;
    })
    .toReversed();
}

function nodeOf(output: string): string {
  return output.slice(0, output.lastIndexOf(':'));
}

function hashOfInput(output: string, hashes: ReadonlyMap<string, string>): string {
  const node = nodeOf(output);
  return `${hashes.get(node)}${output.slice(node.length)}`;
}

/** A kernel's label is no attribute of the operation. */
function attributesOf({ attributes }: GraphNode, textOf: (attribute: GraphAttribute) => string): string[] {
  return Object.entries(attributes)
    .filter(([name]) => name !== '_kernel')
    .map(([name, attribute]) => `${name}=${textOf(attribute)}`)
    .sort();
}

function hashText(attribute: GraphAttribute): string {
  if (attribute.kind !== 'tensor') return JSON.stringify(attribute.value);
  const { type, shape, content } = attribute;
  return `${type}[${shape.join()}]${createHash('sha256').update(content).digest('hex')}`;
}

const typeNames: Readonly<Record<number, string>> = { 1: 'float32', 3: 'int32', 10: 'bool' };

/** An operation with the attributes that change what it computes, or a constant with its values. */
function describe(node: GraphNode): string {
  const { value } = node.attributes;
  if (node.op === 'Const' && value?.kind === 'tensor') return `const ${constantText(value)}`;
  const told = Object.entries(node.attributes).filter(([, { kind }]) => kind !== 'type');
  const attributes = attributesOf({ ...node, attributes: Object.fromEntries(told) }, hashText);
  return attributes.length === 0 ? standardName(node.op) : `${standardName(node.op)} ${attributes.join(' ')}`;
}

/** Values of small constants are told one by one. */
const most = 8;

function constantText({ type, shape, content }: Extract<GraphAttribute, { kind: 'tensor' }>): string {
  const head = `${typeNames[type] ?? `type ${type}`} [${shape.join()}]`;
  const values = valuesOf(type, content);
  if (values === null || values.length === 0) return `${head} ${shortOf(content)}`;
  if (values.length <= most) return `${head} ${[...values].map(shortestText).join(' ')}`;
  const [first] = values;
  return values.every((value) => value === first)
    ? `${head} all ${shortestText(first!)}`
    : `${head} ${shortOf(content)}`;
}

function valuesOf(type: number, content: Uint8Array): Float32Array | Int32Array | null {
  const copy = Uint8Array.from(content).buffer;
  if (typeNames[type] === 'float32') return new Float32Array(copy);
  return typeNames[type] === 'int32' ? new Int32Array(copy) : null;
}

/** The shortest decimal that is the same float32. */
function shortestText(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}

function feedsText({ inputs, nodes }: RecordedStep): string {
  const feeds = new Map(inputs.flatMap(({ node, kind, name }) => (kind === 'feed' ? [[node, name]] : [])));
  return nodes
    .filter(({ name }) => feeds.has(name))
    .map(({ name, attributes: { dtype, shape } }) => {
      const type = dtype?.kind === 'type' ? typeNames[dtype.value] : undefined;
      return `${feeds.get(name)} ${type} [${shape?.kind === 'shape' ? shape.value.join() : ''}]`;
    })
    .sort()
    .join('; ');
}

function shortOf(content: Uint8Array): string {
  return `#${createHash('sha256').update(content).digest('hex').slice(0, 8)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
