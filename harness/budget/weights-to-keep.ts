import { UsageError } from '../errors.ts';
import { type Blueprint, totalParameters } from '../shape/blueprint.ts';
import { unmaskedParameters, weightShapes } from '../shape/weights.ts';
import type { SparseMethod } from '../sparse/sparse-method.ts';

/**
 * How many weights a sparse method keeps: the budget's share of all parameters, rounded, less those that no mask covers.
 *
 * @throws UsageError where that is fewer than the method needs, naming the nearest budget that it reaches.
 */
export function weightsToKeep(blueprint: Blueprint, method: SparseMethod, budget: number): number {
  const total = totalParameters(blueprint);
  const dense = unmaskedParameters(blueprint);
  const fewest = method.fewestKept?.(weightShapes(blueprint).length) ?? 1;
  const target = Math.round(budget * total);
  if (target >= dense + fewest) return target - dense;
  // Rounded up, so that the budget named is itself reached.
  const nearest = Math.ceil(((dense + fewest) / total) * 1e6) / 1e6;
  throw new UsageError(
    `method ${method.name}: budget ${budget} leaves ${target} of the ${total} parameters of ${blueprint.name}, but its ` +
      `${dense} biases and normalization parameters stay, and it keeps ${fewest} weights at least; the nearest budget ` +
      `that it reaches is ${nearest}`,
  );
}
