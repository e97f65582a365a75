import type { Model } from '../../harness/nn/model.ts';
import { gaussian, streamsOf } from '../../harness/random.ts';
import { weightShapes } from '../../harness/shape/sized-network.ts';
import type { SparseContext } from '../../harness/sparse/sparse-method.ts';
import { finiteDifferences } from './finite-differences.ts';
import { map, type Values, values } from './reference.ts';
import type { Weights } from './reference-network.ts';

/** The training loss of a network in float64 as a function of its weights, for scores by finite differences. */

export interface LabelledImages {
  size: number;
  images: Float32Array;
  labels: Int32Array;
}

/** Images of N(0, 1), and classes in turn. */
export function noiseBatch(name: string, size: number, pixels: number, classes: number): LabelledImages {
  const images = gaussian(size * pixels, 1, streamsOf('noise', 0)(name));
  return { size, images, labels: Int32Array.from({ length: size }, (_, n) => n % classes) };
}

export type Logits = (weights: Weights, images: Values) => Values;
export type Loss = (weights: Weights) => number;

/**
 * Mean cross-entropy of logits divided by a temperature, less the logarithm of the number of classes, which is taken
 * off before it rounds: log1p and expm1 keep 17 digits of what little is left at a high temperature.
 */
export function referenceLoss(
  logits: Logits,
  { size, images, labels }: LabelledImages,
  imageShape: readonly number[],
  temperature = 1,
): Loss {
  const input = values([size, ...imageShape], images);
  return (weights) => {
    const scaled = map(logits(weights, input), (value) => value / temperature);
    const classes = scaled.shape[1]!;
    let total = 0;
    for (let n = 0; n < size; n++) {
      const row = scaled.data.subarray(n * classes, (n + 1) * classes);
      total += Math.log1p(row.reduce((sum, value) => sum + Math.expm1(value), 0) / classes) - row[labels[n]!]!;
    }
    return total / size;
  };
}

/** Derivatives of the loss for the mask entries of one weight, at a mask of ones, by central differences in float64. */
export function maskDerivatives(loss: Loss, weights: Weights, name: string): Values {
  const weight = weights.get(name)!;
  const ones = map(weight, () => 1);
  return finiteDifferences(
    (mask) =>
      loss(
        new Map(weights).set(
          name,
          map(weight, (value, i) => value * mask.data[i]!),
        ),
      ),
    ones,
    1e-6,
  );
}

/**
 * The Hessian times a direction, for the weights named, by second differences in float64: of the loss along the
 * direction's unit vector, and of those for every entry. Steps of 1e-5 leave a truncation and a rounding near 1e-6 of
 * the largest entry; they must pass no kink of a ReLU, which shows as an error of the order of the entries themselves.
 */
export function hessianTimes(loss: Loss, weights: Weights, direction: Weights): Weights {
  const h = 1e-5;
  const norm = Math.hypot(...[...direction.values()].map(({ data }) => Math.hypot(...data)));
  const moved = (at: Weights, step: number): Weights =>
    new Map(
      [...at].map(([name, value]) => {
        const along = direction.get(name);
        return [name, along ? map(value, (entry, i) => entry + (step / norm) * along.data[i]!) : value];
      }),
    );
  const slope = (at: Weights) => ((loss(moved(at, h)) - loss(moved(at, -h))) / (2 * h)) * norm;
  return new Map(
    [...direction.keys()].map((name) => [
      name,
      finiteDifferences((entries) => slope(new Map(weights).set(name, entries)), weights.get(name)!, h),
    ]),
  );
}

/** What scores need of a context, and the examples that it counts. */
export function scoringContext(model: Model, imageShape: readonly number[], labelSmoothing = 0) {
  const counted = { examples: 0 };
  const context = {
    images: { model, imageShape, training: { labelSmoothing } },
    weights: weightShapes(model.blueprint).map(({ name, shape, size }) => ({
      name,
      shape,
      size,
      weight: model.variables.find((variable) => variable.name === name)!,
    })),
    countExamples: (examples: number) => {
      counted.examples += examples;
    },
  } as unknown as SparseContext;
  return { context, counted };
}
