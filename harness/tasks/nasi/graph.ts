import {
  type ActivationName,
  activationNames,
  activationsOf,
  edgesOf,
  type OperationName,
  operationNames,
  operationsOf,
  type SpaceSpec,
} from '../../spec/nasi.ts';

/**
 * Networks as data: what float64 and the engine both compute. An example is [side, side, channels]; a vector has side 1.
 * Weights are drawn from N(0, 1) and divided by √fan-in where they are used (NTK parameterization); there are no biases
 * and no normalization, so that examples do not see each other.
 */

interface Shape {
  side: number;
  channels: number;
}

/** One computation of earlier ones; `of` are their places in the graph. */
export type GraphNode = Shape &
  (
    | { op: 'input' }
    /** y = W*x/√(k²·in), zeros around the image; of k = 1 and side 1 a linear layer. */
    | { op: 'map'; of: number; weight: number; kernel: 1 | 3 }
    | { op: 'activation'; of: number; activation: ActivationName }
    /** The mean of each pixel's 3x3 neighbourhood within the image. */
    | { op: 'smooth'; of: number }
    /** The means of windows of so many pixels a side, side by side. */
    | { op: 'shrink'; of: number; window: number }
    /** Σ wᵢxᵢ; `mixing` are the places of the wᵢ among the weights of operations, null: they are 1. */
    | { op: 'sum'; of: readonly number[]; mixing: readonly number[] | null }
  );

/** A weight [k, k, in, out], a part of θ. */
export interface GraphWeight {
  name: string;
  shape: readonly [number, number, number, number];
  /** Where it begins in θ. */
  offset: number;
  size: number;
}

export interface Graph {
  /** Each after those that it is of; the last one is the output, [outputs]. */
  nodes: readonly GraphNode[];
  weights: readonly GraphWeight[];
  /** Numbers of θ. */
  parameters: number;
  /** Weights of operations, where a network is a mixture of several: a row of alternatives for each choice. */
  choices: { places: number; alternatives: number } | null;
}

/** What a network sees and tells. */
export interface Sizes extends Shape {
  outputs: number;
}

/** What stands at a place of choice: one alternative, or null: a mixture of all. */
type Chosen<Name> = readonly Name[] | null;

/** The network of an architecture. */
export function graphOf(space: SpaceSpec, choices: string, width: number, sizes: Sizes): Graph {
  return space.name === 'mlp'
    ? mlp(space.layers, activationsOf(choices), width, sizes)
    : cells(space, operationsOf(choices), width, sizes);
}

/** The network that mixes all alternatives at each place. */
export function supernetOf(space: SpaceSpec, width: number, sizes: Sizes): Graph {
  return space.name === 'mlp' ? mlp(space.layers, null, width, sizes) : cells(space, null, width, sizes);
}

function mlp(layers: number, activations: Chosen<ActivationName>, width: number, { outputs, ...input }: Sizes): Graph {
  const { nodes, put, map, finished } = builder();
  let at = put({ op: 'input', ...input });
  const count = activationNames.length;
  for (let layer = 0; layer < layers; layer++) {
    const h = map(at, `layer-${layer + 1}`, 1, width);
    const activated = (activation: ActivationName) =>
      put({ ...shapeAt(nodes, h), op: 'activation', of: h, activation });
    if (activations !== null) at = activated(activations[layer]!);
    else {
      const mixing = activationNames.map((_, index) => layer * count + index);
      at = put({ ...shapeAt(nodes, h), op: 'sum', of: activationNames.map(activated), mixing });
    }
  }
  map(at, 'output', 1, outputs);
  return finished(activations === null ? { places: layers, alternatives: count } : null);
}

function cells(
  { nodes: nodeCount, cells: cellCount }: Extract<SpaceSpec, { name: 'conv-cell' }>,
  operations: Chosen<OperationName>,
  width: number,
  { outputs, ...input }: Sizes,
): Graph {
  const { nodes, put, map, finished } = builder();
  const relu = (of: number) => put({ ...shapeAt(nodes, of), op: 'activation', of, activation: 'relu' });
  const shrunk = (of: number, window: number) => {
    const { side, channels } = shapeAt(nodes, of);
    return put({ side: side / window, channels, op: 'shrink', of, window });
  };
  const edges = edgesOf(nodeCount);
  const count = operationNames.length;
  /** Null: nothing comes of it. */
  const operated = (of: number, operation: OperationName, name: string): number | null => {
    switch (operation) {
      case 'none':
        return null;
      case 'skip':
        return of;
      case 'conv-1':
        return map(relu(of), `${name}/${operation}`, 1, width);
      case 'conv-3':
        return map(relu(of), `${name}/${operation}`, 3, width);
      case 'average':
        return put({ ...shapeAt(nodes, of), op: 'smooth', of });
    }
  };
  const cell = (start: number, index: number): number => {
    const values: (number | null)[] = [start];
    for (let to = 1; to < nodeCount; to++) {
      const terms = edges.flatMap(({ from, to: end }, edge) => {
        const of = values[from]!;
        if (end !== to || of === null) return [];
        const name = `cell-${index + 1}/edge-${from}-${to}`;
        const among = operations === null ? operationNames : [operations[edge]!];
        return among.flatMap((operation) => {
          const value = operated(of, operation, name);
          return value === null ? [] : [{ value, mixing: edge * count + operationNames.indexOf(operation) }];
        });
      });
      if (terms.length === 0) values.push(null);
      else {
        const mixing = operations === null ? terms.map((term) => term.mixing) : null;
        values.push(put({ ...shapeAt(nodes, start), op: 'sum', of: terms.map(({ value }) => value), mixing }));
      }
    }
    const end = values[nodeCount - 1]!;
    if (end === null) throw new Error('a cell gives nothing, which its configuration has refused');
    return end;
  };
  let at = shrunk(map(put({ op: 'input', ...input }), 'stem', 3, width), 2);
  for (let index = 0; index < cellCount; index++) {
    if (index > 0) at = shrunk(at, 2);
    at = cell(at, index);
  }
  const last = relu(at);
  map(shrunk(last, shapeAt(nodes, last).side), 'output', 1, outputs);
  return finished(operations === null ? { places: edges.length, alternatives: count } : null);
}

function shapeAt(nodes: readonly GraphNode[], at: number): Shape {
  const { side, channels } = nodes[at]!;
  return { side, channels };
}

/** A graph in the making; what its output does not depend on is left out in the end. */
function builder() {
  const nodes: GraphNode[] = [];
  const weights: Omit<GraphWeight, 'offset'>[] = [];
  const put = (node: GraphNode): number => nodes.push(node) - 1;
  return {
    nodes,
    put,
    map(of: number, name: string, kernel: 1 | 3, out: number): number {
      const { side, channels } = shapeAt(nodes, of);
      const shape = [kernel, kernel, channels, out] as const;
      const weight = weights.push({ name, shape, size: kernel * kernel * channels * out }) - 1;
      return put({ side, channels: out, op: 'map', of, weight, kernel });
    },
    finished: (choices: Graph['choices']): Graph => ({ ...withoutIdle(nodes, weights), choices }),
  };
}

function withoutIdle(
  nodes: readonly GraphNode[],
  weights: readonly Omit<GraphWeight, 'offset'>[],
): Omit<Graph, 'choices'> {
  const used = new Set([nodes.length - 1]);
  for (let at = nodes.length - 1; at >= 0; at--) if (used.has(at)) for (const of of inputsOf(nodes[at]!)) used.add(of);
  const kept = nodes.flatMap((_, at) => (used.has(at) ? [at] : []));
  const place = new Map(kept.map((at, index) => [at, index]));
  const own: GraphWeight[] = [];
  let parameters = 0;
  const moved = kept.map((at): GraphNode => {
    const node = nodes[at]!;
    if (node.op === 'input') return node;
    if (node.op === 'sum') return { ...node, of: node.of.map((of) => place.get(of)!) };
    const of = place.get(node.of)!;
    if (node.op !== 'map') return { ...node, of };
    const weight = weights[node.weight]!;
    own.push({ ...weight, offset: parameters });
    parameters += weight.size;
    return { ...node, of, weight: own.length - 1 };
  });
  return { nodes: moved, weights: own, parameters };
}

/** The places that a node is of. */
export function inputsOf(node: GraphNode): readonly number[] {
  if (node.op === 'input') return [];
  return node.op === 'sum' ? node.of : [node.of];
}

/** Multiply-accumulates of an example's forward pass in convolutions and linear layers. */
export function macsOf({ nodes, weights }: Graph): number {
  return nodes.reduce(
    (sum, node) => (node.op === 'map' ? sum + node.side * node.side * weights[node.weight]!.size : sum),
    0,
  );
}

/** 1/√fan-in. */
export function scaleOf({ shape: [k1, k2, channels] }: Pick<GraphWeight, 'shape'>): number {
  return 1 / Math.sqrt(k1 * k2 * channels);
}
