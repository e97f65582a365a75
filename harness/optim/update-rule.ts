import type { Scalar, Tensor } from '../engine/tensorflow.ts';

/** A variable's value and its slots, in the rule's order. */
export interface Moved {
  value: Tensor;
  slots: Tensor[];
}

/**
 * What moves one variable; `masked` sets to zero what its mask covers, and is the identity where it has none. `decay` is
 * the term λ·∂R of a rule that takes it into its direction; left out: the variable does not decay there.
 */
export type Move = (
  value: Tensor,
  gradient: Tensor,
  slots: readonly Tensor[],
  masked: (x: Tensor) => Tensor,
  decay?: Tensor,
) => Moved;

/** An optimizer's formula, without variables. */
export interface UpdateRule {
  /** What it keeps for each variable, by name: of the variable's shape, zero at the start. */
  readonly slots: readonly string[];
  /**
   * Begins a step.
   *
   * @param count steps taken, this one included, where `counts` says that the rule reads it
   * @returns what moves each variable
   */
  begin(learningRate: Scalar, count: Tensor | null): Move;
  readonly counts: boolean;
  /** Whether it has a place for decay in its direction; left out: it has none. */
  readonly takesDecay?: boolean;
}
