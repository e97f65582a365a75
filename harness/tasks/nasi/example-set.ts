import type { Drawn } from '../../data/drawn.ts';
import { permutation, type Streams } from '../../random.ts';

/** Examples one after another, each side·side·channels, with one label each. */
export interface ExampleSet {
  count: number;
  x: Float32Array;
  labels: Int32Array;
}

/** A batch for a network: x [size·side·side·channels]. */
export interface Batch {
  size: number;
  x: Float32Array;
  labels: Int32Array;
}

/** An epoch's training batches in a random order; the last one may be smaller. */
export function* drawnTrainBatches(
  set: ExampleSet,
  batchSize: number,
  epoch: number,
  streams: Streams,
): Generator<Drawn<Batch>> {
  const order = permutation(set.count, streams(`order/${epoch}`));
  for (let from = 0; from < order.length; from += batchSize) yield drawn(set, order.subarray(from, from + batchSize));
}

/** All examples in their order. */
export function* drawnWholeBatches(set: ExampleSet, batchSize: number): Generator<Drawn<Batch>> {
  const order = Uint32Array.from({ length: set.count }, (_, n) => n);
  for (let from = 0; from < order.length; from += batchSize) yield drawn(set, order.subarray(from, from + batchSize));
}

function drawn(set: ExampleSet, order: Uint32Array): Drawn<Batch> {
  return {
    size: order.length,
    shape: String(order.length),
    parts: { order },
    batch: () => {
      const { x, labels, count } = taken(set, order);
      return { size: count, x, labels };
    },
  };
}

/** The examples at some places, in that order. */
export function taken({ x, count, labels }: ExampleSet, order: Uint32Array): ExampleSet {
  const size = x.length / count;
  const out = new Float32Array(order.length * size);
  order.forEach((example, n) => {
    out.set(x.subarray(example * size, (example + 1) * size), n * size);
  });
  return { count: order.length, x: out, labels: Int32Array.from(order, (example) => labels[example]!) };
}
