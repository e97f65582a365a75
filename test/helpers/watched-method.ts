import type { SparseContext, SparseMethod, SparseStep } from '../../harness/sparse/sparse-method.ts';

export interface NetworkState {
  masks: Uint8Array[];
  values: Float32Array[];
  momenta: Float32Array[];
}

/** One call of a method's `afterStep`. */
export interface Update {
  event: SparseStep;
  before: NetworkState;
  after: NetworkState;
}

export function stateOf(context: SparseContext): NetworkState {
  const momenta = context.weights.map(({ slots }) => (slots[0]!.value.dataSync() as Float32Array).slice());
  return { masks: context.masks(), values: context.values(), momenta };
}

/** The method, with the network noted before and after each call of `afterStep`. */
export function watched(method: SparseMethod, updates: Update[]): SparseMethod {
  return {
    ...method,
    start(context) {
      const run = method.start(context);
      return {
        ...run,
        afterStep(event) {
          const before = stateOf(context);
          run.afterStep!(event);
          updates.push({ event, before, after: stateOf(context) });
        },
      };
    },
  };
}

/**
 * Where a layer differs from what was expected: the expected values where `stays` says so, zero elsewhere. Whole
 * layers, because an expectation for each entry takes long.
 */
export function misplaced(layer: Float32Array, expected: Float32Array, stays: (i: number) => boolean): number[] {
  return [...layer.keys()].filter((i) => layer[i] !== (stays(i) ? expected[i] : 0));
}

/** Indices where a layer's mask went from one value to the other. */
export function moved(before: Uint8Array, after: Uint8Array): { gone: number[]; come: number[] } {
  const indices = [...before.keys()];
  return {
    gone: indices.filter((i) => before[i] === 1 && after[i] === 0),
    come: indices.filter((i) => before[i] === 0 && after[i] === 1),
  };
}
