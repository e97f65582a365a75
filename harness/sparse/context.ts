import { type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import type { Masks, Optimizer } from '../optim/optimizer.ts';
import type { Streams } from '../random.ts';
import type { Sized } from '../shape/sized.ts';
import type { PhaseTraining } from '../train/phases.ts';
import type { Feeds } from '../train/step.ts';
import { type Examples, streamsOfPurpose } from './examples.ts';
import { lossGradients } from './scores/loss-gradients.ts';
import type { ExampleBatch, MaskedWeight, SparseContext, SparseMethod } from './sparse-method.ts';

/**
 * A mask of ones for every weight of a network that masks cover, by weight, in the network's order.
 *
 * @throws Error where the variables are not those of the network.
 */
export function masksOf(variables: readonly Variable[], network: Sized): Map<Variable, Variable> {
  return new Map(
    network.weights.map(({ name, shape }) => {
      const weight = variables.find((variable) => variable.name === name);
      if (weight === undefined || weight.value.shape.join() !== shape.join()) {
        throw new Error(`masks: the model has no weight ${name} of shape [${shape}]`);
      }
      return [weight, filledVariable(`${name}.mask`, 'statistic', [...shape], 1)];
    }),
  );
}

export interface ContextOptions<B extends ExampleBatch, F extends Feeds> {
  method: SparseMethod;
  network: Sized;
  /** Weights and running statistics. */
  variables: readonly Variable[];
  masks: Masks;
  /** Of the training step that runs under the masks. */
  optimizer: Optimizer;
  keep: number;
  examples: Examples<B, F>;
  training: PhaseTraining;
  streams: Streams;
  /** Told of masks that are set. */
  onMasks?(masks: readonly Uint8Array[]): void;
}

/** A context, and its count of examples computed outside training steps, which checkpoints keep. */
export interface CountingContext {
  context: SparseContext;
  /** A scalar: float32 is exact to 2^24 examples. */
  examples: Variable;
}

/**
 * What a sparse method sees of a training: the masked weights with their masks and optimizer slots, and the loss and
 * gradients of batches, each counted.
 */
export function sparseContext<B extends ExampleBatch, F extends Feeds>(options: ContextOptions<B, F>): CountingContext {
  const { method, variables, optimizer, keep, training } = options;
  const { batch: batchOf, countOf, feedsOf, loss, images } = options.examples;
  const weights: MaskedWeight[] = [...options.masks].map(([weight, mask]) => {
    const { name, size, value } = weight;
    return { name, shape: value.shape, size, weight, mask, slots: optimizer.slotsOf(weight) };
  });
  const streams = streamsOfPurpose(options.streams, `pruning/${method.name}`);
  const masked = weights.map(({ weight }) => weight);
  const gradients = lossGradients(variables, masked, loss);
  const examples = filledVariable('sparse.examples', 'statistic', [], 0);
  const countExamples = (count: number) => {
    const total = examples.value.dataSync()[0]! + count;
    if (total >= 2 ** 24) throw new Error(`${method.name}: counts more examples than a float32 holds exactly`);
    examples.assign(tf.scalar(total));
  };
  const context: SparseContext = {
    variables,
    weights,
    keep,
    training,
    images: images?.(streams) ?? null,
    stream: streams,
    countExamples,
    batch: (purpose, size) => batchOf(streamsOfPurpose(streams, purpose), size),
    gradients(given) {
      // The context's own batches and those of the training's steps are the only ones that there are.
      const batch = given as B;
      countExamples(countOf(batch));
      return gradients(() => feedsOf(batch));
    },
    values: () => weights.map(({ weight }) => (weight.value.dataSync() as Float32Array).slice()),
    masks: () => weights.map(({ mask }) => Uint8Array.from(mask.value.dataSync())),
    setMasks(masks) {
      setMasks(weights, masks);
      options.onMasks?.(masks);
    },
  };
  return { context, examples };
}

function setMasks(weights: readonly MaskedWeight[], masks: readonly Uint8Array[]): void {
  if (masks.length !== weights.length) throw new Error(`setMasks: ${masks.length} masks for ${weights.length} weights`);
  tf.tidy(() => {
    for (const [l, { name, shape, weight, mask, slots }] of weights.entries()) {
      const values = masks[l]!;
      if (values.length !== weight.size) {
        throw new Error(`setMasks: the mask of ${name} has ${values.length} entries for ${weight.size} weights`);
      }
      if (largest(values) > 1) throw new Error(`setMasks: the mask of ${name} has entries beyond 0 and 1`);
      const next = tf.tensor(Float32Array.from(values), [...shape]);
      const zeroed = (value: Tensor) => tf.where(tf.cast(next, 'bool'), value, tf.zerosLike(value));
      for (const variable of [weight, ...slots]) variable.assign(zeroed(variable.value));
      mask.assign(next);
    }
  });
}

/**
 * A loop: a callback for each entry would take longer than all else in `setMasks`, which some methods call each step.
 */
function largest(values: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
