import { balancedBatch, trainBatches } from '../data/images/batches.ts';
import type { ImageData } from '../data/images/images.ts';
import { type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import type { Model } from '../nn/model.ts';
import type { Streams } from '../random.ts';
import { weightShapes } from '../shape/weights.ts';
import type { DatasetSpec, TrainingSpec } from '../spec/spec.ts';
import type { TrainingStep } from '../train/training-step.ts';
import { lossGradients } from './scores/loss-gradients.ts';
import type { MaskedWeight, SparseContext, SparseMethod } from './sparse-method.ts';

/**
 * A mask of ones for the weight of every convolution and linear layer, by weight, in the blueprint's order.
 *
 * @throws Error where the model's variables are not those of its blueprint.
 */
export function masksOf(model: Model): Map<Variable, Variable> {
  return new Map(
    weightShapes(model.blueprint).map(({ name, shape }) => {
      const weight = model.variables.find((variable) => variable.name === name);
      if (weight === undefined || weight.value.shape.join() !== shape.join()) {
        throw new Error(`masks: the model has no weight ${name} of shape [${shape}]`);
      }
      return [weight, filledVariable(`${name}.mask`, 'statistic', [...shape], 1)];
    }),
  );
}

export interface ContextOptions {
  method: SparseMethod;
  model: Model;
  masks: ReadonlyMap<Variable, Variable>;
  /** The training step that runs under the masks. */
  step: TrainingStep;
  keep: number;
  data: ImageData;
  dataset: DatasetSpec;
  training: TrainingSpec;
  streams: Streams;
}

/** A context, and its count of examples computed outside training steps, which checkpoints keep. */
export interface CountingContext {
  context: SparseContext;
  /** A scalar: float32 is exact to 2^24 examples. */
  examples: Variable;
}

export function sparseContext(options: ContextOptions): CountingContext {
  const { method, model, step, keep, data, dataset, training } = options;
  const weights: MaskedWeight[] = [...options.masks].map(([weight, mask]) => {
    const { name, size, value } = weight;
    return { name, shape: value.shape, size, weight, mask, momentum: step.momenta.get(weight)! };
  });
  const streams: Streams = (purpose) => options.streams(`pruning/${method.name}/${purpose}`);
  const imageShape = [data.height, data.width, data.channels];
  const variables = weights.map(({ weight }) => weight);
  const gradients = lossGradients(model, variables, imageShape, training.labelSmoothing);
  const examples = filledVariable('sparse.examples', 'statistic', [], 0);
  const countExamples = (count: number) => {
    const total = examples.value.dataSync()[0]! + count;
    if (total >= 2 ** 24) throw new Error(`${method.name}: counts more examples than a float32 holds exactly`);
    examples.assign(tf.scalar(total));
  };
  const context: SparseContext = {
    model,
    weights,
    keep,
    training,
    imageShape,
    classes: data.classes,
    stream: streams,
    countExamples,
    batch(purpose, size) {
      const ofPurpose: Streams = (part) => streams(`${purpose}/${part}`);
      for (const batch of trainBatches(data, dataset, size, 0, ofPurpose)) return batch;
      throw new Error(`${method.name}: there are no training examples`);
    },
    balancedBatch: (purpose, perClass) =>
      balancedBatch(data, dataset, perClass, (part) => streams(`${purpose}/${part}`)),
    gradients(batch) {
      countExamples(batch.size);
      return gradients(batch);
    },
    values: () => weights.map(({ weight }) => (weight.value.dataSync() as Float32Array).slice()),
    masks: () => weights.map(({ mask }) => Uint8Array.from(mask.value.dataSync())),
    setMasks: (masks) => setMasks(weights, masks),
  };
  return { context, examples };
}

function setMasks(weights: readonly MaskedWeight[], masks: readonly Uint8Array[]): void {
  if (masks.length !== weights.length) throw new Error(`setMasks: ${masks.length} masks for ${weights.length} weights`);
  tf.tidy(() => {
    for (const [l, { name, shape, weight, mask, momentum }] of weights.entries()) {
      const values = masks[l]!;
      if (values.length !== weight.size) {
        throw new Error(`setMasks: the mask of ${name} has ${values.length} entries for ${weight.size} weights`);
      }
      if (largest(values) > 1) throw new Error(`setMasks: the mask of ${name} has entries beyond 0 and 1`);
      const next = tf.tensor(Float32Array.from(values), [...shape]);
      const zeroed = (value: Tensor) => tf.where(tf.cast(next, 'bool'), value, tf.zerosLike(value));
      weight.assign(zeroed(weight.value));
      momentum.assign(zeroed(momentum.value));
      mask.assign(next);
    }
  });
}

/** A loop: a callback for each entry would take longer than all else in `setMasks`, which some methods call each step. */
function largest(values: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
