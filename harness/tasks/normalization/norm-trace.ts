import { tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../../engine/variable.ts';
import type { SavedWeights } from '../../weight-file.ts';

/** Every layer's product norm after every step. */
export interface Norms {
  readonly steps: number;
  readonly layers: number;
  /** The norms after a step, counted from 1. */
  at(step: number): Float64Array;
}

/**
 * Norms that are being kept. What checkpoints and files of weights hold are two variables [steps, layers] of float32
 * whose sum they are: the nearest float32, and the nearest one of what that leaves. Norms are rounded to such a sum, by
 * a relative 2⁻⁴⁸ at most, when they are set, so that nothing changes on the way.
 */
export interface NormTrace extends Norms {
  /** Zeros before a step is done. */
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
  const kept = normsIn(norms, steps, layers);
  return {
    ...kept,
    set: (step, values) => kept.at(step).set(values.map((norm) => Math.fround(norm) + restOf(norm))),
    variables,
    store() {
      nearest.assign(tf.tensor(Float32Array.from(norms), shape));
      rest.assign(tf.tensor(Float32Array.from(norms, restOf), shape));
    },
    load: () => norms.set(sumOf(nearest.value.dataSync(), rest.value.dataSync())),
  };
}

/**
 * The norms that a finished cell has left with its weights.
 *
 * @throws Error where its weights hold none of this shape
 */
export function savedNorms(weights: SavedWeights, steps: number, layers: number): Norms {
  const [nearest, rest] = names.map((name) => {
    const part = weights.get(name);
    if (part !== undefined && part.shape.join() === `${steps},${layers}`) return part.values;
    const found = part === undefined ? 'nothing' : `[${part.shape}]`;
    throw new Error(`norms of products, ${name}: expected [${steps},${layers}] numbers, found ${found}`);
  });
  return normsIn(sumOf(nearest!, rest!), steps, layers);
}

function normsIn(norms: Float64Array, steps: number, layers: number): Norms {
  return { steps, layers, at: (step) => norms.subarray((step - 1) * layers, step * layers) };
}

/** What the nearest float32 leaves, as a float32; of what is none, nothing. */
function restOf(norm: number): number {
  const nearest = Math.fround(norm);
  return Number.isFinite(nearest) ? Math.fround(norm - nearest) : 0;
}

function sumOf(nearest: ArrayLike<number>, rest: ArrayLike<number>): Float64Array {
  return Float64Array.from(nearest, (value, i) => value + rest[i]!);
}
