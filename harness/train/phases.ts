/** What a training has at least; whatever else there is, phases of other lengths and rates keep. */
export interface PhaseTraining {
  readonly epochs: number;
  readonly learningRate: number;
  /** Learning rate of the first epoch, where it differs. */
  readonly firstEpochLearningRate?: number | null;
  /** Updates after which the training ends at the latest. */
  readonly updates?: number | null;
  /** Updates of the schedule: of the rise, and until the fall. */
  readonly warmupUpdates?: number;
  readonly constantUpdates?: number;
}

/** One training of a cell, on a schedule of its own. A cell has one, or several one after another. */
export interface Phase<T extends PhaseTraining> {
  /** A word or two for people: `train`, `fine-tune`, `round 2`. */
  label: string;
  /** The cell's training with other epochs and learning rates; everything else is the cell's. */
  training: T;
}

/** Epochs of all phases together. */
export function totalEpochs(phases: readonly Phase<PhaseTraining>[]): number {
  return phases.reduce((sum, { training }) => sum + training.epochs, 0);
}
