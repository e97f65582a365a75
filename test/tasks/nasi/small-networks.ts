import { readFileSync } from 'node:fs';
import type { SpaceSpec } from '../../../harness/spec/nasi.ts';
import type { Graph, Sizes } from '../../../harness/tasks/nasi/graph.ts';
import type { LabelledBatch } from '../../../harness/tasks/nasi/scores.ts';

/** What make-fixtures.py computes with NumPy: derivatives by complex steps of forward passes alone. */

interface Drawn {
  x: number[];
  labels: number[];
}

interface SmallNetwork {
  space: SpaceSpec;
  sizes: Sizes;
  width: number;
  weights: Record<string, { shape: number[]; values: number[] }>;
}

export interface ScoreCase extends SmallNetwork, Drawn {
  choices: string;
  exact: number;
  per_sample: number;
  minibatch: number;
  /** By the weights in the order of the case. */
  gradient: number[];
}

export interface SearchCase extends SmallNetwork {
  temperature: number;
  mu: number;
  nu: number;
  samples: (Drawn & { gumbel: number[] })[];
  norms: number[];
  gradients: number[][];
  alpha: number[];
}

export const { scores, searches } = JSON.parse(
  readFileSync(new URL('./fixtures/small-networks.json', import.meta.url), 'utf8'),
) as { scores: ScoreCase[]; searches: SearchCase[] };

/** θ of a case; every weight must be there, and no other. */
export function thetaOf(graph: Graph, { weights }: SmallNetwork): Float64Array {
  const theta = new Float64Array(graph.parameters);
  const names = graph.weights.map(({ name }) => name);
  if (names.join() !== Object.keys(weights).join()) throw new Error(`weights are ${names.join(', ')}`);
  for (const { name, offset, shape } of graph.weights) {
    const given = weights[name]!;
    if (shape.join() !== given.shape.join()) throw new Error(`${name} is [${shape}] instead of [${given.shape}]`);
    theta.set(given.values, offset);
  }
  return theta;
}

/** In float64: the examples of a case are no float32 numbers. */
export function batchOf({ x, labels }: Drawn): LabelledBatch {
  return { count: labels.length, x: Float64Array.from(x) as unknown as Float32Array, labels };
}
