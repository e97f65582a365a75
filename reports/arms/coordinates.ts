import type { ArmCoordinates } from '../../harness/cell-name.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { type Factor, type FactorValue, factorOf } from '../../harness/spec/words.ts';

/** What the coordinates of arms say. */

type Factors = Pick<ArmCoordinates, 'factors'>;

/** The method, which every arm has. */
export function methodOf(of: Factors): string {
  return String(factorOf(of, 'method'));
}

/** The budget; null where a kind has none. */
export function budgetOf(of: Factors): number | null {
  const budget = factorOf(of, 'budget');
  return typeof budget === 'number' ? budget : null;
}

/** Factors by which a dense network is trained in another way than the arms that are compared with it: a control. */
const ofControls = ['epochs', 'temperature', 'soft_weight'];

/** Whether an arm is the one that others are compared with: nothing in it is compressed, and it is trained as they are. */
export function isDense(of: Factors): boolean {
  return methodOf(of) === 'dense' && ofControls.every((name) => factorOf(of, name) === null);
}

/** Whether an arm is a dense network of other widths: nothing in it is masked or factorized. */
export function isNarrow(of: Factors): boolean {
  return ['narrow', 'narrow-macs', 'wider', 'wider-deep'].includes(methodOf(of));
}

/** Whether an arm is held to its budget by operations: its parameters are others than those of the budget's arms. */
export function isBudgetOfMacs(of: Factors): boolean {
  return methodOf(of) === 'narrow-macs';
}

/**
 * The lanes of arms. `shared`: all have one learning rate and λ; `tuned`: each has its own, which held-out examples chose
 * of a grid. Having had a choice says as much as the method does, so arms of different lanes never compete.
 */
export type TuningLane = 'shared' | 'tuned';

/** The lane of an arm or of a record. */
export function laneOf(of: Factors): TuningLane {
  return factorOf(of, 'tuning') === 'tuned' ? 'tuned' : 'shared';
}

/** Whether an arm has a learning rate and λ of its own. */
export function isTuned(of: Factors): boolean {
  return laneOf(of) === 'tuned';
}

/**
 * `resnet-20 on cifar-10`: equal for cells of a kind that train the same model on the same data. The kind, without
 * either.
 */
export function placeOf({ kind, model, dataset }: Omit<ArmCoordinates, 'factors'>): string {
  const known = [model, dataset].filter((name) => name !== null);
  return known.length === 0 ? kind : known.join(' on ');
}

/** The names of the factors that any of these has: kind by kind, each in the order of its words. */
export function factorNamesOf(of: readonly Pick<ArmCoordinates, 'kind' | 'factors'>[]): string[] {
  const present = new Set(of.flatMap(({ factors }) => factors.map(({ name }) => name)));
  const kinds = new Set(of.map(({ kind }) => kind));
  const ordered = [...kinds].flatMap((kind) => Object.keys(wordsOfKind(kind).factors));
  return [...new Set(ordered)].filter((name) => present.has(name));
}

/** How a factor reads in a sentence, where its value alone would not say what it is. */
const sentences: Readonly<Record<string, (value: FactorValue) => string>> = {
  init: (value) => `${value} init`,
  decay: (value) => `λ ${value}`,
};

/**
 * `low-rank, budget 0.1, spectral init, weight-decay`: the factors but those named in `without`, and those that say
 * nothing.
 */
export function settingText(
  { kind, factors }: Pick<ArmCoordinates, 'kind' | 'factors'>,
  without: readonly string[] = [],
): string {
  const words = wordsOfKind(kind).factors;
  return factors
    .filter(({ name, value }) => !without.includes(name) && value !== words[name]?.silent)
    .map(factorText)
    .join(', ');
}

function factorText({ name, value }: Factor): string {
  return sentences[name]?.(value) ?? (typeof value === 'number' ? `${name} ${value}` : value);
}
