import type { Batch } from '../data/images/batches.ts';
import type { Variable } from '../engine/variable.ts';
import type { Model } from '../nn/model.ts';
import type { Uniform } from '../random.ts';
import type { TrainingSpec } from '../spec/image.ts';
import type { Phase, PhaseTraining } from '../train/phases.ts';

/** A method that trains the dense network through 0/1 masks over its weights: see `Sized.weights` for which. */
export interface SparseMethod {
  readonly kind: 'sparse';
  readonly name: string;
  /** Where it was published, or what it is a control of; methods of the registry say. */
  readonly source?: string | undefined;
  /** What it computes, in a sentence with the formula; methods of the registry say. */
  readonly definition?: string | undefined;
  /** Whether it needs `context.images`, and so prunes networks of images only; false where it does not say. */
  readonly imagesOnly?: boolean;
  /** The fewest weights that it can keep in a network of so many masked layers; 1 where it does not say. */
  fewestKept?(layers: number): number;
  /**
   * The trainings that it takes, one after another. They differ in epochs and learning rates only.
   *
   * @param share of the masked weights, what it is to keep
   */
  phases<T extends PhaseTraining>(training: T, share: number): Phase<T>[];
  /**
   * The step of the last phase, of so many, after which the masks keep no more than the budget; 0, from the phase's
   * start on, where it does not say.
   */
  budgetMetAfter?(steps: number): number;
  /**
   * Begins on a freshly initialized network whose masks are all 1. Makes state only: what depends on the network's
   * values belongs in `beforePhase`, because a resumed cell restores variables after `start`.
   */
  start(context: SparseContext): SparseRun;
}

/**
 * A sparse method at work on one network. When the last phase ends, the masks must hold exactly `context.keep` ones.
 */
export interface SparseRun {
  /** State of its own that later phases need, with names of its own: checkpoints keep it. */
  readonly variables: readonly Variable[];
  /**
   * Called before each phase's first step; the optimizer's slots are zero then. All it does must follow from variables
   * and named streams, because a cell that was interrupted between two phases calls it again.
   */
  beforePhase(phase: number): void | Promise<void>;
  /** Called after each step. Tensors made here are disposed. Draws of a step come from a stream named after it. */
  afterStep?(event: SparseStep): void;
}

/** Training examples, of images or of another kind; the context that gave them takes them back. */
export interface ExampleBatch {
  readonly size: number;
}

/** One step of a phase. */
export interface SparseStep {
  /** Index of the phase, from 0. */
  phase: number;
  /** Steps of the phase that are done, this one included. */
  step: number;
  /** All steps of the phase. */
  steps: number;
  learningRate: number;
  /** The batch of the step. */
  batch: ExampleBatch;
}

/** One masked weight. A mask, like the weights, is replaced as a whole. */
export interface MaskedWeight {
  readonly name: string;
  /** [k1, k2, in, out] of a convolution, [in, out] of a linear layer or a matrix. */
  readonly shape: readonly number[];
  readonly size: number;
  readonly weight: Variable;
  /** 0 or 1 an entry. */
  readonly mask: Variable;
  /** What the optimizer keeps for it: momentum, or means of gradients and of their squares. */
  readonly slots: readonly Variable[];
}

/**
 * What a sparse method works with. Arrays by layer are in the order of `weights`, entries in the order of the tensors.
 */
export interface SparseContext {
  /** Weights and running statistics of the network, masked or not. */
  readonly variables: readonly Variable[];
  readonly weights: readonly MaskedWeight[];
  /** How many weights to keep, over all layers. */
  readonly keep: number;
  /** The cell's training. */
  readonly training: PhaseTraining;
  /** What only networks of images offer; null for others. */
  readonly images: ImageScoring | null;
  /** A stream of the method's own. */
  stream(purpose: string): Uniform;
  /**
   * Training examples of an order of the purpose's own: at most `size`, a batch of the training's where it is left out.
   */
  batch(purpose: string, size?: number): ExampleBatch;
  /**
   * ∂L/∂w of every masked weight on a batch at the weights as they stand, masked entries included (dense gradients); L
   * is the loss of training, without decay and dropout. Normalizations use the batch's statistics and keep their
   * running ones. Counts the batch's examples as computed.
   */
  gradients(batch: ExampleBatch): Float32Array[];
  /** Counts examples propagated forward and backward outside training steps and `gradients`. */
  countExamples(examples: number): void;
  /** Values of the weights. */
  values(): Float32Array[];
  /** Values of the masks. */
  masks(): Uint8Array[];
  /**
   * Sets the masks, and weights and slots to zero wherever the new mask is 0. An entry that a mask gives back therefore
   * starts at weight zero and without a past.
   */
  setMasks(masks: readonly Uint8Array[]): void;
}

/** What scores of second order need of a network of images. */
export interface ImageScoring {
  readonly model: Model;
  readonly training: TrainingSpec;
  /** Height, width and channels of an image. */
  readonly imageShape: readonly number[];
  readonly classes: number;
  /** Training examples, augmented as in training, of an order of the purpose's own; at most `size`. */
  batch(purpose: string, size: number): Batch;
  /** The same, of each class at most `perClass`, sorted by class. */
  balancedBatch(purpose: string, perClass: number): Batch;
}

/** @throws Error where the network is none of images */
export function imagesOf({ images }: SparseContext): ImageScoring {
  if (images === null) throw new Error('sparse method: it needs a network of images; let it say imagesOnly');
  return images;
}
