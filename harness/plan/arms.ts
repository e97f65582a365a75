import { UsageError } from '../errors.ts';
import type { JoinedMethod } from '../methods/joined.ts';
import { compresses, initsOfMethod } from '../methods/method.ts';
import { methodOf } from '../methods/registry.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import { type Arm, type BaseExperiment, type FactorValue, initNames, regularizerNames } from '../spec/words.ts';

/** An arm and its method; null: a word of the kind's own. */
export interface JoinedArm {
  arm: Arm;
  used: JoinedMethod | null;
}

/** The arms of an experiment, and behind them those of the methods that join it. */
export function armsOf(experiment: BaseExperiment, joined: readonly JoinedMethod[]): JoinedArm[] {
  if (!wordsOfKind(experiment.task).usesMethods) return experiment.arms.map((arm) => ({ arm, used: null }));
  const own = experiment.arms.map((arm) => ({ arm, used: { method: methodOf(arm.method), file: null } }));
  return [...own, ...joined.flatMap((used) => armOf(used, experiment.arms).map((arm) => ({ arm, used })))];
}

/**
 * The arm of a joined method: the budgets of the experiment's compressed arms; for a method with factors the
 * initializations and regularizers of its low-rank arms, for a sparse or a narrow one default initialization and weight
 * decay. None where the experiment has no such budget, or names the method itself.
 */
function armOf({ method, inits, regularizers }: JoinedMethod, arms: readonly Arm[]): Arm[] {
  const compressed = arms.filter((arm) => compresses(methodOf(arm.method)));
  const budget = [...new Set(compressed.flatMap(({ factors }) => factors.budget ?? []))];
  const { name } = method;
  if (budget.length === 0 || arms.some((arm) => arm.method === name)) return [];
  const { budgetUnit } = compressed[0] ?? {};
  const unit = budgetUnit === undefined ? {} : { budgetUnit };
  if (method.kind === 'sparse' || method.kind === 'narrow') {
    return [{ method: name, factors: { budget, init: ['default'], regularizer: ['weight-decay'] }, ...unit }];
  }
  const like = arms.find((arm) => arm.method === 'low-rank')?.factors;
  const among = (offered: readonly FactorValue[], known: readonly FactorValue[] = offered) =>
    offered.filter((one) => known.includes(one));
  const init = among(like?.init ?? initNames, inits ?? initsOfMethod(method));
  const regularizer = among(like?.regularizer ?? regularizerNames, regularizers);
  return [{ method: name, factors: { budget, init, regularizer }, ...unit }];
}

/** Refuses joined methods that have no cell; `used` are the names of those that have. */
export function refuseArmless(
  methods: readonly JoinedMethod[],
  used: ReadonlySet<string>,
  refuse: (reason: string) => void = (reason) => {
    throw new UsageError(reason);
  },
): void {
  for (const { method, file } of methods) {
    if (used.has(method.name)) continue;
    const why =
      'no experiment has both a compressed arm, whose budgets it takes, and an init and regularizer of its own';
    refuse(`${file === null ? '' : `${file.path}: `}method ${method.name} has no cell here: ${why}`);
  }
}
