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
  /**
   * The epochs of the training that the phase is, counted from 0, from `from` to before `to`: phases that share one
   * schedule. All of them where it is left out.
   */
  part?: { readonly from: number; readonly to: number };
}

/** The epochs of its training that a phase is: from the first to before the last. */
export function partOf({ training, part }: Phase<PhaseTraining>): { readonly from: number; readonly to: number } {
  return part ?? { from: 0, to: training.epochs };
}

/** Epochs of a phase. */
export function epochsOf(phase: Phase<PhaseTraining>): number {
  const { from, to } = partOf(phase);
  return to - from;
}

/** Epochs of all phases together. */
export function totalEpochs(phases: readonly Phase<PhaseTraining>[]): number {
  return phases.reduce((sum, phase) => sum + epochsOf(phase), 0);
}
