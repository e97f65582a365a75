import { type BudgetPlan, planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { dense } from '../../methods/dense.ts';
import { lowRank } from '../../methods/low-rank.ts';
import type { RecurrentCompression } from '../../nn/recurrent/recurrent-layer.ts';
import { type RecognizerBlueprint, recognizerBlueprint, sizedRecognizer } from '../../shape/recurrent.ts';
import type { Sized } from '../../shape/sized.ts';
import { recurrentName, type TwinConfig } from '../../spec/twin-regularization.ts';

/** What of the data decides a recognizer's sizes. */
export interface FrameSizes {
  /** Features of a frame. */
  readonly dimension: number;
  readonly classes: number;
}

/** What of a configuration decides the network that tests use. */
export type RecognizerConfig = Pick<TwinConfig, 'model' | 'method' | 'lookAhead' | 'budget' | 'budgetUnit' | 'init'>;

/** The network that tests use, which has no twin. */
export interface RecognizerPlan {
  blueprint: RecognizerBlueprint;
  /** Dense. */
  network: Sized;
  budget: BudgetPlan;
  compression: RecurrentCompression;
}

/**
 * Plans the network of a configuration: at budget 1 with dense weights, below with the low-rank method's in every
 * recurrent layer, the output staying dense.
 *
 * @throws UsageError where the ranks do not reach the budget
 */
export function planRecognizer(
  { model, method, lookAhead, init, ...config }: RecognizerConfig,
  { dimension, classes }: FrameSizes,
): RecognizerPlan {
  const { cell, layers, width } = model;
  const inFeatures = (1 + lookAhead) * dimension;
  const bidirectional = method === 'bidirectional';
  const blueprint = recognizerBlueprint(recurrentName(model), {
    cell,
    layers,
    width,
    inFeatures,
    classes,
    bidirectional,
  });
  const network = sizedRecognizer(blueprint);
  const used = config.budget === 1 ? dense : lowRank;
  const budget = planBudget(network, used, budgetOf(config));
  return { blueprint, network, budget, compression: { method: used.matrices!, scale: budget.scale, init } };
}

/** The same of the unidirectional network without a twin: what every twin costs where it is used. */
export function planUnidirectional(config: RecognizerConfig, sizes: FrameSizes): RecognizerPlan {
  return planRecognizer({ ...config, method: 'unidirectional', lookAhead: 0 }, sizes);
}

/** Numbers that a plan's network has. */
export function parametersOf({ network, budget }: RecognizerPlan): number {
  return Math.round(budget.ratio * network.dense.parameters);
}
