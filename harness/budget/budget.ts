import { UsageError } from '../errors.ts';
import type { LayerMethod, Method } from '../methods/method.ts';
import { type Blueprint, type ConvShape, totalMacs, totalParameters } from '../shape/blueprint.ts';
import { totalWeights, unmaskedParameters } from '../shape/weights.ts';
import { weightsToKeep } from './weights-to-keep.ts';

/** What a method makes of a budget on a network, known before training. */
export interface BudgetPlan {
  /** The rank scale of a layer method; 1 for a sparse one. */
  scale: number;
  /** Parameters kept over all parameters of the dense network. */
  ratio: number;
  /** Kept over all, of convolution and linear weights only: biases and normalizations left out of both. */
  weightRatio: number;
  /** Weights that a sparse method keeps; null for a layer method. */
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

/** @throws UsageError where neither ranks nor masks reach so small a budget, naming the nearest one that they reach. */
export function planBudget(blueprint: Blueprint, method: Method, budget: number): BudgetPlan {
  const [all, weights] = [totalParameters(blueprint), totalWeights(blueprint)];
  if (method.kind === 'sparse') {
    const keep = weightsToKeep(blueprint, method, budget);
    const ratio = (unmaskedParameters(blueprint) + keep) / all;
    return { scale: 1, ratio, weightRatio: keep / weights, keep, passMacs: totalMacs(blueprint), compositionMacs: 0 };
  }
  const { scale, ratio } = reachBudget(sizedNetwork(blueprint, method), method, budget);
  const kept = method.compresses ? totalParameters(blueprint, (shape) => method.parameters(shape, scale)) : all;
  return {
    scale,
    ratio,
    keep: null,
    weightRatio: (kept - unmaskedParameters(blueprint)) / weights,
    passMacs: totalMacs(blueprint, (shape) => method.macs(shape, scale)),
    compositionMacs: composedMacs(blueprint, method, scale),
  };
}

function composedMacs(blueprint: Blueprint, method: LayerMethod, scale: number): number {
  const ofMethod = (shape: ConvShape) => method.macs(shape, scale);
  const shared = (shape: ConvShape) => method.compositionMacs?.(shape, scale) ?? 0;
  return totalMacs(blueprint, ofMethod) - totalMacs(blueprint, (shape) => ofMethod(shape) - shared(shape));
}

/** What finding a rank scale needs to know of a network under a method. */
export interface SizedNetwork {
  name: string;
  /** Parameters of the dense network. */
  dense: number;
  /** All parameters at a rank scale. */
  parametersAt(scale: number): number;
}

function sizedNetwork(blueprint: Blueprint, method: LayerMethod): SizedNetwork {
  return {
    name: blueprint.name,
    dense: totalParameters(blueprint),
    parametersAt: (scale) => totalParameters(blueprint, (shape) => method.parameters(shape, scale)),
  };
}

/** @throws UsageError where the method does not reach the budget */
export function reachBudget(network: SizedNetwork, method: LayerMethod, budget: number): ReachedBudget {
  if (!method.compresses) return { scale: 1, ratio: 1 };
  refuseOutOfReach(network, method, budget);
  return bisect(network, budget);
}

/** A layer keeps rank 1 at least and its full rank at most, and the rest of the network is dense. */
function refuseOutOfReach({ name, dense, parametersAt }: SizedNetwork, method: LayerMethod, budget: number): void {
  const scales = Array.from({ length: 11 }, (_, i) => i / 10);
  const ratios = scales.map((scale) => parametersAt(scale) / dense);
  const fall = ratios.findIndex((ratio, i) => i > 0 && ratio < ratios[i - 1]!);
  if (fall !== -1) {
    const [from, to] = [scales[fall - 1], scales[fall]];
    throw new UsageError(`method ${method.name}: its parameters fall from rank scale ${from} to ${to}; let them grow`);
  }
  const [smallest, largest] = [ratios[0]!, ratios[10]!];
  if (budget >= smallest && budget <= largest) return;
  const below = budget < smallest;
  // Rounded inwards, so that the budget named is itself reached.
  const nearest = below ? Math.ceil(smallest * 1e6) / 1e6 : Math.floor(largest * 1e6) / 1e6;
  throw new UsageError(
    `method ${method.name}: budget ${budget} is ${below ? 'below' : 'above'} what ${name} keeps at ` +
      `${below ? 'rank 1' : 'rank scale 1'}; the nearest budget that it reaches is ${nearest}`,
  );
}

export interface ReachedBudget {
  /** The one rank scale s of all layers. */
  scale: number;
  /** Parameters of the compressed network over those of the dense one, both in full. */
  ratio: number;
}

const tolerance = 1e-6;

/** The rank scale whose parameter ratio is closest to the budget. */
export function findRankScale(blueprint: Blueprint, method: LayerMethod, budget: number): ReachedBudget {
  return method.compresses ? bisect(sizedNetwork(blueprint, method), budget) : { scale: 1, ratio: 1 };
}

/**
 * Bisection on [0, 1] (paper's code, `compress_model`): it ends when the interval or the miss falls below 1e-6 and returns
 * the closest point visited.
 */
function bisect({ dense, parametersAt }: SizedNetwork, budget: number): ReachedBudget {
  let [low, high] = [0, 1];
  let best: ReachedBudget | undefined;
  while (high - low > tolerance) {
    const scale = (low + high) / 2;
    const ratio = parametersAt(scale) / dense;
    if (best === undefined || Math.abs(ratio - budget) < Math.abs(best.ratio - budget)) best = { scale, ratio };
    if (Math.abs(ratio - budget) < tolerance) break;
    if (ratio < budget) low = scale;
    else high = scale;
  }
  return best!;
}
