import { type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import { type AdamOptions, adam } from './adam.ts';
import { clipped } from './gradient-clipping.ts';
import { lamb } from './lamb.ts';
import { type NesterovOptions, nesterov } from './nesterov.ts';
import { type SgdOptions, sgd } from './sgd.ts';
import type { UpdateRule } from './update-rule.ts';

export type OptimizerSpec =
  | ({ name: 'sgd' } & SgdOptions)
  | ({ name: 'nesterov' } & NesterovOptions)
  | ({ name: 'adam' } & AdamOptions)
  | ({ name: 'lamb' } & AdamOptions);

/** 0 or 1 for each entry of some variables. */
export type Masks = ReadonlyMap<Variable, Variable>;

export interface OptimizerOptions {
  /** Largest norm of all gradients together; null or left out: none. */
  clipNorm?: number | null;
  /**
   * Where a mask is 0, the variable and all of its slots are zero after every update; the gradient there does not
   * count.
   */
  masks?: Masks;
}

/** Moves variables by their gradients, and keeps what it needs for that. */
export interface Optimizer {
  /** All that it keeps from update to update, zero at the start. */
  readonly slots: readonly Variable[];
  /** Those of one variable, of its shape: what is zeroed with a mask. */
  slotsOf(variable: Variable): readonly Variable[];
  /**
   * One update; gradients in the variables' order.
   *
   * @param decays λ·∂R of the variables whose decay is a part of the rule's direction; left out: none
   * @throws Error where the rule has no place for it
   */
  update(gradients: readonly Tensor[], learningRate: Scalar, decays?: ReadonlyMap<Variable, Tensor>): void;
}

/** The optimizer of a specification for some variables. */
export function optimizerOf(
  spec: OptimizerSpec,
  variables: readonly Variable[],
  { clipNorm = null, masks = new Map() }: OptimizerOptions = {},
): Optimizer {
  const rule = ruleOf(spec);
  const byName = rule.slots.map((slot) =>
    variables.map(({ name, value }) => filledVariable(`${name}.${slot}`, 'statistic', value.shape, 0)),
  );
  const slots = new Map(variables.map((variable, index) => [variable, byName.map((named) => named[index]!)]));
  const steps = rule.counts ? filledVariable('optimizer.steps', 'statistic', [], 0) : null;
  const maskOf = (variable: Variable) => {
    const mask = masks.get(variable);
    return (x: Tensor): Tensor => (mask === undefined ? x : tf.mul(x, mask.value));
  };
  return {
    slots: [...byName.flat(), ...(steps === null ? [] : [steps])],
    slotsOf: (variable) => slots.get(variable) ?? [],
    update(gradients, learningRate, decays = new Map()) {
      if (decays.size > 0 && rule.takesDecay !== true) {
        throw new Error(`optimizer ${spec.name}: has no place for decay in its direction; let it enter elsewhere`);
      }
      const count = steps === null ? null : tf.add(steps.value, 1);
      const move = rule.begin(learningRate, count);
      const counting =
        clipNorm === null ? gradients : gradients.map((gradient, index) => maskOf(variables[index]!)(gradient));
      clipped(counting, clipNorm).forEach((gradient, index) => {
        const variable = variables[index]!;
        const own = slots.get(variable)!;
        const before = own.map(({ value }) => value);
        const moved = move(variable.value, gradient, before, maskOf(variable), decays.get(variable));
        variable.assign(moved.value);
        own.forEach((slot, k) => {
          slot.assign(moved.slots[k]!);
        });
      });
      if (steps !== null && count !== null) steps.assign(count);
    },
  };
}

function ruleOf(spec: OptimizerSpec): UpdateRule {
  switch (spec.name) {
    case 'sgd':
      return sgd(spec);
    case 'nesterov':
      return nesterov(spec);
    case 'adam':
      return adam(spec);
    case 'lamb':
      return lamb(spec);
  }
}
