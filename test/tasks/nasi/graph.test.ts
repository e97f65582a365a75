import { describe, expect, it } from 'vitest';
import { graphOf, inputsOf, macsOf, supernetOf } from '../../../harness/tasks/nasi/graph.ts';

const image = { side: 8, channels: 3, outputs: 10 };
const space = { name: 'conv-cell', nodes: 3, cells: 2 } as const;

describe('a network of cells', () => {
  it('has the weights, parameters and multiply-accumulates of its operations', () => {
    const graph = graphOf(space, '3s1', 4, image);
    expect(graph.weights.map(({ name }) => name)).toEqual([
      'stem',
      'cell-1/edge-0-1/conv-3',
      'cell-1/edge-1-2/conv-1',
      'cell-2/edge-0-1/conv-3',
      'cell-2/edge-1-2/conv-1',
      'output',
    ]);
    expect(graph.parameters).toBe(27 * 4 + 2 * (9 * 16 + 16) + 40);
    // The stem at 8 pixels a side, the first cell at 4, the second at 2.
    expect(macsOf(graph)).toBe(64 * 27 * 4 + (16 + 4) * (9 * 16 + 16) + 40);
  });

  it('leaves out what its output does not depend on', () => {
    // Node 1 gets a convolution, but the last node does not take it.
    const idle = graphOf(space, '3sn', 4, image);
    expect(idle.weights.map(({ name }) => name)).toEqual(['stem', 'output']);
    // Node 1 gets nothing, so that its convolution convolves nothing.
    const empty = graphOf(space, 'ns3', 4, image);
    expect(empty.parameters).toBe(idle.parameters);
    for (const graph of [idle, empty, graphOf(space, '3s1', 4, image)]) {
      graph.nodes.forEach((node, at) => {
        for (const of of inputsOf(node)) expect(of).toBeLessThan(at);
      });
    }
  });

  it('mixes all operations but none at each edge, with the same weights of operations in every cell', () => {
    const graph = supernetOf(space, 4, image);
    expect(graph.choices).toEqual({ places: 3, alternatives: 5 });
    const mixed = graph.nodes.flatMap((node) => (node.op === 'sum' ? [node.mixing] : []));
    const edge = (index: number) => [1, 2, 3, 4].map((operation) => 5 * index + operation);
    const cell = [edge(0), [...edge(1), ...edge(2)]];
    expect(mixed).toEqual([...cell, ...cell]);
  });
});

it('a fully connected network has a layer more than activations', () => {
  const graph = graphOf({ name: 'mlp', layers: 4 }, 'rtls', 48, { side: 1, channels: 64, outputs: 4 });
  expect(graph.weights.map(({ size }) => size)).toEqual([64 * 48, 48 * 48, 48 * 48, 48 * 48, 48 * 4]);
  expect([graph.parameters, macsOf(graph)]).toEqual([10176, 10176]);
  const activations = graph.nodes.flatMap((node) => (node.op === 'activation' ? [node.activation] : []));
  expect(activations).toEqual(['relu', 'tanh', 'linear', 'sigmoid']);
});
