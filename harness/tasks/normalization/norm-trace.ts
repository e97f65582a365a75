import { tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../../engine/variable.ts';
import type { SavedWeights } from '../../weight-file.ts';

/**
 * Every layer's product norm after every step, in float64. What checkpoints and files of weights hold are two variables
 * [steps, layers] of float32 whose sum it is, to a relative 2⁻⁴⁸: the nearest float32, and what that leaves.
 */
export interface NormTrace {
  readonly steps: number;
  readonly layers: number;
  /** The norms after a step, counted from 1; zeros before it is done. */
  at(step: number): Float64Array;
  set(step: number, norms: readonly number[]): void;
  readonly variables: readonly Variable[];
  /** Puts the norms into the variables. */
  store(): void;
  /** Takes the norms from the variables, which a checkpoint may have given back. */
  load(): void;
}

const names = ['product-norms', 'product-norms.rest'] as const;

/** A trace of zeros. */
export function normTrace(steps: number, layers: number): NormTrace {
  const norms = new Float64Array(steps * layers);
  const shape = [steps, layers];
  const variables = names.map((name) => filledVariable(name, 'statistic', shape, 0));
  const [nearest, rest] = variables as [Variable, Variable];
  const at = (step: number) => norms.subarray((step - 1) * layers, step * layers);
  return {
    steps,
    layers,
    at,
    set: (step, values) => at(step).set(values),
    variables,
    store() {
      const high = Float32Array.from(norms);
      nearest.assign(tf.tensor(high, shape));
      // Of what is no number, nothing is left.
      const low = Float32Array.from(norms, (norm, i) => (Number.isFinite(high[i]!) ? norm - high[i]! : 0));
      rest.assign(tf.tensor(low, shape));
    },
    load: () => norms.set(sumOf(nearest.value.dataSync(), rest.value.dataSync())),
  };
}

/**
 * The trace that a finished cell has left with its weights.
 *
 * @throws Error where its weights hold none of this shape
 */
export function savedTrace(weights: SavedWeights, steps: number, layers: number): NormTrace {
  const [nearest, rest] = names.map((name) => weights.get(name));
  const trace = normTrace(steps, layers);
  for (const part of [nearest, rest]) {
    if (part === undefined || part.shape.join() !== `${steps},${layers}`) {
      const found = part === undefined ? 'nothing' : `[${part.shape}]`;
      throw new Error(`the trace of product norms: expected [${steps},${layers}] numbers, found ${found}`);
    }
  }
  const values = sumOf(nearest!.values, rest!.values);
  for (let step = 1; step <= steps; step++) {
    trace.set(step, [...values.subarray((step - 1) * layers, step * layers)]);
  }
  return trace;
}

function sumOf(nearest: ArrayLike<number>, rest: ArrayLike<number>): Float64Array {
  return Float64Array.from(nearest, (value, i) => value + rest[i]!);
}
