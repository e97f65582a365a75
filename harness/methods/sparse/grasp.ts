import type { Batch } from '../../data/images/batches.ts';
import { hessianGradient } from '../../sparse/scores/hessian-gradient.ts';
import { highest } from '../../sparse/selection.ts';
import { imagesOf, type SparseMethod } from '../../sparse/sparse-method.ts';

/** Divides the logits, so that the softmax is near uniform whatever the network's scale. */
const temperature = 200;

/**
 * GraSP (Wang, Zhang and Grosse 2020): at initialization, keep the weights without which the gradient's norm, and so
 * the loss's decrease, would fall most. Removing weights, a step δ of −θ on them and 0 elsewhere, changes ‖∇L‖² by
 * 2·δᵀHg to first order; a weight's score is its share of δᵀHg, S = −θ·(Hg). The higher it is, the more the norm rises
 * where the weight is removed: the highest scores over all layers are removed, and the lowest, negative first, kept.
 * The initial weights are trained under that mask.
 *
 * As in the published code: L is the training loss with logits divided by 200, on class-balanced batches sorted by
 * class; each batch is scored in two halves, every one with its own batch statistics, and all losses are added up.
 * Unlike there, the linear layer keeps its weights: the published networks draw them from N(0, 0.01²) and, for scoring,
 * afresh with Glorot's variance, which He normal ones have nearly. So the scores are those of the weights that are
 * trained.
 */
export const grasp: SparseMethod = {
  kind: 'sparse',
  name: 'grasp',
  source: 'Wang, Zhang and Grosse 2020',
  definition:
    'At initialization, the weights of highest −θ·(Hg), with H the Hessian and g the gradient, are removed, and the others trained under that mask.',
  imagesOnly: true,
  phases: (training) => [{ label: 'train', training }],
  start: (context) => ({
    variables: [],
    beforePhase() {
      const { classes, balancedBatch } = imagesOf(context);
      const { draws, perClass } = graspExamples(classes);
      const batches = Array.from({ length: draws }, (_, draw) => balancedBatch(`scores/${draw}`, perClass));
      const { product } = hessianGradient(context, batches.flatMap(halves), temperature);
      const scores = context.values().map((weights, l) => graspScores(weights, product[l]!));
      const importances = scores.map((layer) => layer.map((score) => -score));
      context.setMasks(highest(importances, context.keep));
    },
  }),
};

/** −θ·(Hg) of every entry, in float64: at temperature 200 the product is small, and small weights make it smaller. */
export function graspScores(weights: Float32Array, product: Float32Array): Float64Array {
  return Float64Array.from(weights, (weight, i) => -weight * product[i]!);
}

/**
 * How many batches are drawn, and how many examples of each class are in one: ten a class in all, as published. One
 * batch where there are few classes (CIFAR-10), two halves of that for up to a hundred (the published ResNet-32 on
 * CIFAR-100; VGG-19 has one batch there), and one example at a time beyond (Tiny-ImageNet), so that batches stay at 500
 * or fewer.
 */
export function graspExamples(classes: number): { draws: number; perClass: number } {
  if (classes <= 50) return { draws: 1, perClass: 10 };
  if (classes <= 100) return { draws: 2, perClass: 5 };
  return { draws: 10, perClass: 1 };
}

/** The first ⌊n/2⌋ examples and the others; a batch of one stays whole. */
function halves({ size, images, labels }: Batch): Batch[] {
  const length = images.length / size;
  const middle = Math.floor(size / 2);
  return [
    { size: middle, images: images.subarray(0, middle * length), labels: labels.subarray(0, middle) },
    { size: size - middle, images: images.subarray(middle * length), labels: labels.subarray(middle) },
  ].filter((half) => half.size > 0);
}
