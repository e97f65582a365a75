import type { BudgetPlan } from '../budget/budget.ts';
import type { Sized } from '../shape/sized.ts';
import {
  costOfSteps,
  operationsPerPart,
  type Steps,
  startSeconds,
  trainingBytes,
  type ValueCosts,
} from './estimate.ts';
import type { Outline } from './kind.ts';

/** A Transformer under a method. */
interface TransformerPlan {
  /** Its parts are what a training step goes through. */
  blueprint: { readonly parts: readonly unknown[] };
  /** The dense network. */
  network: Sized;
  budget: BudgetPlan;
}

type TransformerSteps = Pick<Steps, 'trained' | 'evaluated' | 'batchSize'> & {
  /** Of the examples in their files. */
  dataBytes: number;
};

/** What a Transformer's training takes. */
export function outlineTransformer(
  { blueprint, network, budget }: TransformerPlan,
  { dataBytes, ...steps }: TransformerSteps,
  { passes, copies }: ValueCosts,
): Outline {
  const { parameters } = network.dense;
  const { values } = (budget.width === 1 ? network : network.narrowed(budget.width)).dense;
  return {
    ratio: budget.ratio,
    parameters: Math.round(budget.ratio * parameters),
    cost: {
      ...costOfSteps({
        ...steps,
        macs: budget.passMacs,
        values,
        operations: operationsPerPart * blueprint.parts.length,
        passes,
      }),
      scalarSeconds: startSeconds,
      memoryBytes: trainingBytes({
        values,
        batchSize: steps.batchSize,
        parameters,
        dataBytes,
        copies,
      }),
    },
  };
}
