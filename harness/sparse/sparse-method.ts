import type { Batch } from '../data/images/batches.ts';
import type { Variable } from '../engine/variable.ts';
import type { Model } from '../nn/model.ts';
import type { Uniform } from '../random.ts';
import type { TrainingSpec } from '../spec/spec.ts';
import type { Phase } from '../train/phases.ts';

/** A method that trains the dense network through 0/1 masks over its convolution and linear weights. */
export interface SparseMethod {
  readonly kind: 'sparse';
  readonly name: string;
  /** The fewest weights that it can keep in a network of so many masked layers; 1 where it does not say. */
  fewestKept?(layers: number): number;
  /** The trainings that it takes, one after another. They differ in epochs and learning rates only. */
  phases(training: TrainingSpec): Phase[];
  /**
   * Begins on a freshly initialized network whose masks are all 1. Makes state only: what depends on the network's
   * values belongs in `beforePhase`, because a resumed cell restores variables after `start`.
   */
  start(context: SparseContext): SparseRun;
}

/** A sparse method at work on one network. When the last phase ends, the masks must hold exactly `context.keep` ones. */
export interface SparseRun {
  /** State of its own that later phases need, with names of its own: checkpoints keep it. */
  readonly variables: readonly Variable[];
  /**
   * Called before each phase's first step; momentum is zero then. All it does must follow from variables and named
   * streams, because a cell that was interrupted between two phases calls it again.
   */
  beforePhase(phase: number): void | Promise<void>;
  /** Called after each step. Tensors made here are disposed. Draws of a step come from a stream named after it. */
  afterStep?(event: SparseStep): void;
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
  batch: Batch;
}

/** One masked weight. A mask, like the weights, is replaced as a whole. */
export interface MaskedWeight {
  readonly name: string;
  /** [k1, k2, in, out] of a convolution, [in, out] of a linear layer. */
  readonly shape: readonly number[];
  readonly size: number;
  readonly weight: Variable;
  /** 0 or 1 an entry. */
  readonly mask: Variable;
  readonly momentum: Variable;
}

/** What a sparse method works with. Arrays by layer are in the order of `weights`, entries in the order of the tensors. */
export interface SparseContext {
  readonly model: Model;
  readonly weights: readonly MaskedWeight[];
  /** How many weights to keep, over all layers. */
  readonly keep: number;
  readonly training: TrainingSpec;
  /** Height, width and channels of an image. */
  readonly imageShape: readonly number[];
  readonly classes: number;
  /** A stream of the method's own. */
  stream(purpose: string): Uniform;
  /** Training examples, augmented as in training, of an order of the purpose's own; at most `size`. */
  batch(purpose: string, size: number): Batch;
  /** The same, of each class at most `perClass`, sorted by class. */
  balancedBatch(purpose: string, perClass: number): Batch;
  /**
   * ∂L/∂w of every masked weight on a batch at the weights as they stand, masked entries included (dense gradients); L is
   * the loss of training, without decay. Normalizations use the batch's statistics and keep their running ones. Counts
   * the batch's examples as computed.
   */
  gradients(batch: Batch): Float32Array[];
  /** Counts examples propagated forward and backward outside training steps and `gradients`. */
  countExamples(examples: number): void;
  /** Values of the weights. */
  values(): Float32Array[];
  /** Values of the masks. */
  masks(): Uint8Array[];
  /**
   * Sets the masks, and weights and momentum to zero wherever the new mask is 0. An entry that a mask gives back
   * therefore starts at weight zero and momentum zero.
   */
  setMasks(masks: readonly Uint8Array[]): void;
}
