import { MethodFileError, UsageError } from '../errors.ts';
import {
  type CellInitName,
  type CellRegularizerName,
  type ExperimentSpec,
  type InitName,
  initNames,
  type RegularizerName,
  regularizerNames,
  type TranslationArmSpec,
} from '../spec/spec.ts';
import { initsOf, type Method } from './method.ts';
import { methodOf } from './registry.ts';

/** The file that a method comes from. */
export interface MethodSource {
  /** Absolute. */
  path: string;
  /** SHA-256 of its content, hexadecimal. */
  sha256: string;
}

/** A method that takes part in a suite, named in it or not. */
export interface JoinedMethod {
  method: Method;
  /** Null for a method of the registry. */
  file: MethodSource | null;
  /** The initializations and regularizers that a layer method knows; those of the low-rank arms where it does not say. */
  inits?: readonly InitName[] | undefined;
  regularizers?: readonly RegularizerName[] | undefined;
}

/** An arm of either kind of experiment. */
type AnyArm = Omit<TranslationArmSpec, 'inits' | 'regularizers'> & {
  inits: readonly CellInitName[];
  regularizers: readonly CellRegularizerName[];
};

/** An arm and its method. */
export interface JoinedArm {
  arm: AnyArm;
  used: JoinedMethod;
}

/** The arms of an experiment, and behind them those of the methods that join it. */
export function armsOf(experiment: ExperimentSpec, joined: readonly JoinedMethod[]): JoinedArm[] {
  const own = experiment.arms.map((arm: AnyArm) => ({ arm, used: { method: methodOf(arm.method), file: null } }));
  return [...own, ...joined.flatMap((used) => armOf(used, experiment).map((arm) => ({ arm, used })))];
}

/**
 * The arm of a joined method: the budgets of the experiment's compressed arms; for a layer method the initializations and
 * regularizers of its low-rank arms, for a sparse one default initialization and weight decay. None where the experiment
 * has no such budget, or names the method itself.
 */
function armOf({ method, inits, regularizers }: JoinedMethod, experiment: ExperimentSpec): AnyArm[] {
  const arms: readonly AnyArm[] = experiment.arms;
  const compressed = arms.map((arm) => ({ arm, method: methodOf(arm.method) })).filter((one) => compresses(one.method));
  const budgets = [...new Set(compressed.flatMap(({ arm }) => arm.budgets))];
  const { name } = method;
  if (budgets.length === 0 || arms.some((arm) => arm.method === name)) return [];
  const { budgetUnit } = compressed[0]!.arm;
  const shared = { method: name, budgets, ...(budgetUnit === undefined ? {} : { budgetUnit }) };
  if (method.kind === 'sparse') return [{ ...shared, inits: ['default'], regularizers: ['weight-decay'] }];
  const like = arms.find((arm) => arm.method === 'low-rank') ?? { inits: initNames, regularizers: regularizerNames };
  const among = <T extends string>(offered: readonly T[], known: readonly string[] = offered) =>
    offered.filter((one) => known.includes(one));
  const [ownInits, ownRegularizers] = [
    among(like.inits, inits ?? initsOf(method)),
    among(like.regularizers, regularizers),
  ];
  return [{ ...shared, inits: ownInits, regularizers: ownRegularizers }];
}

function compresses(method: Method): boolean {
  return method.kind === 'sparse' || method.compresses;
}

/**
 * What is made of every draft, without those whose methods refuse.
 *
 * @param refuse told, once each, what methods refused, with the file in front; where it is left out, the first throws
 * @throws UsageError where nothing is left, and whatever is thrown for a method of the registry
 */
export function withoutRefused<D extends { used: JoinedMethod }, T>(
  drafts: readonly D[],
  make: (draft: D) => T,
  refuse: ((reason: string) => void) | undefined,
): T[] {
  const reasons = new Set<string>();
  const made = drafts.flatMap((draft) => {
    try {
      return [make(draft)];
    } catch (error) {
      const { file } = draft.used;
      const refused = error instanceof UsageError || error instanceof MethodFileError;
      if (!refused || file === null) throw error;
      const reason = error instanceof MethodFileError ? error.message : `${file.path}: ${error.message}`;
      if (refuse === undefined) throw new UsageError(reason, { cause: error });
      reasons.add(reason);
      return [];
    }
  });
  if (made.length === 0) throw new UsageError([...reasons].join('\n'));
  for (const reason of reasons) refuse?.(reason);
  return made;
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
