import type { Method } from '../methods/method.ts';
import { type Sized, totalWeights, unmaskedParameters } from '../shape/sized.ts';
import type { Budget } from './budget-unit.ts';
import { reachBudget } from './rank-scale.ts';
import { weightsToKeep } from './weights-to-keep.ts';
import { widthScale } from './width-scale.ts';

/** What a method makes of a budget on a network, known before training. */
export interface BudgetPlan {
  /** The rank scale of a method that replaces layers; 1 for others. */
  scale: number;
  /** The share of the dense network's widths that a thinner network has; 1 for others. */
  width: number;
  /** Parameters kept over all parameters of the dense network. */
  ratio: number;
  /** Kept over all, of the weights that masks cover only: biases and normalizations left out of both. */
  weightRatio: number;
  /** Weights that a sparse method keeps; null for others. */
  keep: number | null;
  /** Multiply-accumulates that one example's forward pass takes; masked weights are multiplied like the others. */
  passMacs: number;
  /** The part of them that composing dense weights takes, which a batch shares. */
  compositionMacs: number;
}

/** Multiply-accumulates of a forward pass over a batch, for each of its examples. */
export function macsInBatch({ passMacs, compositionMacs }: BudgetPlan, batchSize: number): number {
  return passMacs - compositionMacs * (1 - 1 / batchSize);
}

/**
 * What a method makes of a budget: of a share of parameters, whose rank scale bisection finds, or of the rank scale
 * itself.
 *
 * @param network the dense network; for a method with a dense warm-up the one whose first layers stay dense
 * @throws UsageError where neither ranks nor masks nor widths reach the budget, naming the nearest one that they reach,
 *   or where the method does not know the layers of the network
 */
export function planBudget(network: Sized, method: Method, budget: Budget): BudgetPlan {
  const [{ parameters: all, macs }, weights] = [network.dense, totalWeights(network)];
  const unmasked = unmaskedParameters(network);
  if (method.kind === 'sparse') {
    const keep = weightsToKeep(network, method, budget);
    const [ratio, weightRatio] = [(unmasked + keep) / all, keep / weights];
    return { scale: 1, width: 1, ratio, weightRatio, keep, passMacs: macs, compositionMacs: 0 };
  }
  if (method.kind === 'narrow') {
    return narrowedPlan(network, widthScale(network, method, budget));
  }
  const layers = method.kind === 'layer' ? method : { ...method.layers, name: method.name };
  const { scale, ratio } = reachBudget(network, layers, budget);
  const { macs: passMacs, compositionMacs } = network.operations(layers, scale);
  const kept = layers.compresses ? network.parameters(layers, scale) : all;
  const weightRatio = (kept - unmasked) / weights;
  return { scale, width: 1, ratio, weightRatio, keep: null, passMacs, compositionMacs };
}

/** What a network comes to at a share of its widths. */
export function narrowedPlan(network: Sized, width: number): BudgetPlan {
  const { dense, ...thinner } = network.narrowed(width);
  const weightRatio = totalWeights(thinner) / totalWeights(network);
  const ratio = dense.parameters / network.dense.parameters;
  return { scale: 1, width, ratio, weightRatio, keep: null, passMacs: dense.macs, compositionMacs: 0 };
}
