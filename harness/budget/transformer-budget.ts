import { UsageError } from '../errors.ts';
import { denseMatrices } from '../methods/dense-matrix.ts';
import type { Method } from '../methods/method.ts';
import { type TransformerBlueprint, transformerMacs, transformerParameters } from '../shape/transformer.ts';
import { type BudgetPlan, reachBudget } from './budget.ts';

/** Tokens of the sentence pair whose multiply-accumulates are counted: a usual length, whatever the data. */
export const countedLengths = { source: 24, target: 24 } as const;

/**
 * What a method makes of a budget on a Transformer: of a ratio of parameters, whose rank scale bisection finds, or of the
 * rank scale itself.
 *
 * @throws UsageError where the method knows no matrices, or does not reach the budget
 */
export function planTransformer(
  blueprint: TransformerBlueprint,
  method: Method,
  { budget, budgetUnit }: { budget: number; budgetUnit?: 'rank-scale' | undefined },
): BudgetPlan {
  if (method.kind !== 'layer' || method.matrices === undefined) {
    throw new UsageError(
      `method ${method.name}: works on convolutions only; Transformers need one that replaces matrices`,
    );
  }
  const { matrices } = method;
  const dense = transformerParameters(blueprint, denseMatrices, 1);
  const parametersAt = (scale: number) => transformerParameters(blueprint, matrices, scale);
  const found =
    budgetUnit === 'rank-scale'
      ? { scale: budget, ratio: method.compresses ? parametersAt(budget) / dense : 1 }
      : reachBudget({ name: blueprint.name, dense, parametersAt }, method, budget);
  const unfactorized = blueprint.parts.reduce((sum, part) => {
    if (part.kind === 'layer-norm') return sum + 2 * part.features;
    return part.kind === 'bias' ? sum + part.features : sum;
  }, 0);
  return {
    ...found,
    weightRatio: (found.ratio * dense - unfactorized) / (dense - unfactorized),
    keep: null,
    passMacs: transformerMacs(blueprint, matrices, found.scale, countedLengths),
    compositionMacs: 0,
  };
}
