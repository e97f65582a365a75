import type { Batch } from '../../data/images/batches.ts';
import { product } from '../../engine/algebra/mat-mul.ts';
import { valueAndGradients } from '../../engine/gradients.ts';
import { crossEntropy } from '../../engine/ops/cross-entropy.ts';
import { patches } from '../../engine/ops/patches.ts';
import { replaying } from '../../engine/replay.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../../engine/variable.ts';
import type { Observer } from '../../nn/layer.ts';
import { imageFeeds } from '../../train/image-steps.ts';
import { imagesOf, type SparseContext } from '../sparse-method.ts';
import { chunksOf } from './model-labels.ts';

/**
 * The Kronecker factors of a layer's Fisher matrix, F ≈ A ⊗ G, with its weight as a matrix W [in·k1·k2, out], y = a·W:
 * the entry of F for the weights (j, i) and (k, l) is A_jk·G_il.
 */
export interface KroneckerFactors {
  /** E[Σ_t a_t·a_tᵀ] over examples and positions t. */
  inputs: Variable;
  /** E[1/T·Σ_t g_t·g_tᵀ] with g = ∂ℓ/∂y, ℓ one example's loss. */
  outputs: Variable;
}

/**
 * Kronecker factors of every masked weight over the examples of a batch (Martens and Grosse 2015; Grosse and Martens
 * 2016, section 3, for convolutions), for −log p of the batch's labels, which are to be drawn from the network
 * (`labelledByModel`): with the data's they are those of the empirical Fisher matrix. Without biases. Normalizations
 * use their running statistics. Examples go through `chunk` at once, and are counted. The caller disposes the factors.
 */
export function kroneckerFactors(context: SparseContext, batch: Batch, chunk: number): KroneckerFactors[] {
  const { weights, countExamples } = context;
  const { model, imageShape } = imagesOf(context);
  const factors = new Map(weights.map(({ name, shape }) => [name, emptyFactors(name, shape)]));
  const variables = weights.map(({ weight }) => weight);
  const sums = [...factors.values()].flatMap(({ inputs, outputs }) => [inputs, outputs]);
  const replay = replaying(
    ({ images, labels }: { images: Tensor; labels: Tensor }) => {
      const observe = adding(factors, images.shape[0]!, batch.size);
      const { value, gradients } = valueAndGradients(
        () => crossEntropy(model.apply(images, { training: false, observe }), labels, 0),
        variables,
      );
      for (const gradient of gradients) gradient.dispose();
      return { loss: value };
    },
    [...model.variables, ...sums],
  );
  try {
    for (const { part } of chunksOf(batch, chunk)) tf.tidy(() => void replay.run(imageFeeds(part, imageShape)));
  } finally {
    replay.dispose();
    countExamples(batch.size);
  }
  return [...factors.values()];
}

function emptyFactors(name: string, shape: readonly number[]): KroneckerFactors {
  const outs = shape[shape.length - 1]!;
  const ins = shape.reduce((size, length) => size * length, 1) / outs;
  return {
    inputs: filledVariable(`${name}.inputs`, 'statistic', [ins, ins], 0),
    outputs: filledVariable(`${name}.outputs`, 'statistic', [outs, outs], 0),
  };
}

/**
 * Adds to the factors what `examples` of `total` examples contribute, in a pass and its gradient of their mean loss.
 */
function adding(factors: ReadonlyMap<string, KroneckerFactors>, examples: number, total: number): Observer {
  const add = (sum: Variable, rows: Tensor, factor: number) => {
    sum.assign(tf.tidy(() => tf.add(sum.value, tf.mul(product(rows, rows, true, false), factor))));
  };
  return (layer, input, output) => {
    const { inputs, outputs } = factors.get(`${layer.name}.weight`)!;
    tf.tidy(() => {
      add(inputs, layer.kind === 'conv' ? patches(input, layer.kernel, layer.stride) : input, 1 / total);
    });
    return tf.customGrad((y) => ({
      value: tf.clone(y as Tensor),
      gradFunc: (dy: Tensor) => {
        // The gradient of the mean loss is g/examples.
        const rows = tf.reshape(dy, [-1, dy.shape[dy.shape.length - 1]!]);
        const positions = rows.shape[0]! / examples;
        add(outputs, rows, examples ** 2 / positions / total);
        return tf.clone(dy);
      },
    }))(output);
  };
}
