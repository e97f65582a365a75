import type { BudgetUnit } from '../spec/words.ts';

/** What is to be reached. Whatever the unit, there is no bound above but what the method allows. */
export interface Budget {
  amount: number;
  unit: BudgetUnit;
}

/** The budget of a configuration: parameters kept, where it does not say otherwise. */
export function budgetOf(config: { budget: number; budgetUnit?: BudgetUnit | undefined }): Budget {
  return { amount: config.budget, unit: config.budgetUnit ?? 'parameters' };
}
