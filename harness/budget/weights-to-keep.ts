import { UsageError } from '../errors.ts';
import { lowRank } from '../methods/low-rank.ts';
import { type Sized, totalWeights, unmaskedParameters } from '../shape/sized.ts';
import type { SparseMethod } from '../sparse/sparse-method.ts';
import type { Budget } from './budget-unit.ts';

/**
 * How many weights a sparse method keeps: the budget's share of all parameters, rounded, less those that no mask
 * covers. A rank scale stands for as many parameters as the low-rank method has there.
 *
 * @throws UsageError where that is fewer than the method needs, or more than there are, naming the nearest budget that
 *   it reaches
 */
export function weightsToKeep(network: Sized, method: SparseMethod, { amount, unit }: Budget): number {
  const total = network.dense.parameters;
  const dense = unmaskedParameters(network);
  const fewest = method.fewestKept?.(network.weights.length) ?? 1;
  const target = unit === 'rank-scale' ? network.parameters(lowRank, amount) : Math.round(amount * total);
  const keep = target - dense;
  if (keep >= fewest && keep <= totalWeights(network)) return keep;
  const asked =
    unit === 'rank-scale'
      ? `rank scale ${amount}, ${target} parameters as low-rank has them there,`
      : `budget ${amount}`;
  if (keep > 0 && keep >= fewest) {
    throw new UsageError(
      `method ${method.name}: ${asked} is more than the ${total} parameters of ${network.name}; masks add none, so ` +
        'that the nearest budget that it reaches is 1',
    );
  }
  // Rounded up, so that the budget named is itself reached.
  const nearest = Math.ceil(((dense + fewest) / total) * 1e6) / 1e6;
  throw new UsageError(
    `method ${method.name}: ${asked} leaves ${target} of the ${total} parameters of ${network.name}, but its ` +
      `${dense} biases and normalization parameters stay, and it keeps ${fewest} weights at least; the nearest ` +
      `budget that it reaches is ${nearest}`,
  );
}
