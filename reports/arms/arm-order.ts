import type { ArmCoordinates } from '../../harness/cell-name.ts';
import { kindNames, wordsOfKind } from '../../harness/spec/kinds.ts';
import { type FactorValue, factorOf } from '../../harness/spec/words.ts';
import { isDense, placeOf } from './coordinates.ts';

/** The order of arms in tables. */

const collator = new Intl.Collator('en', { numeric: true });

/**
 * Compares by kind, model and data set; then the dense arms come first, the others by their factors in the order of the
 * kind's words: budgets fall, other numbers rise, names stand as the words order them or else alphabetically.
 */
export function inReadingOrder(left: ArmCoordinates, right: ArmCoordinates): number {
  const kinds = kindNames();
  return (
    kinds.indexOf(left.kind) - kinds.indexOf(right.kind) ||
    collator.compare(placeOf(left), placeOf(right)) ||
    Number(isDense(right)) - Number(isDense(left)) ||
    byFactors(left, right)
  );
}

function byFactors(left: ArmCoordinates, right: ArmCoordinates): number {
  for (const [name, { order }] of Object.entries(wordsOfKind(left.kind).factors)) {
    const found = compareValues(factorOf(left, name), factorOf(right, name), order);
    if (found !== 0) return name === 'budget' ? -found : found;
  }
  return 0;
}

/** Arms without the factor come first. */
function compareValues(
  left: FactorValue | null,
  right: FactorValue | null,
  order: readonly FactorValue[] | undefined,
): number {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  const ranks = [left, right].map((value) => order?.indexOf(value) ?? -1);
  const [leftRank = -1, rightRank = -1] = ranks;
  if (leftRank !== rightRank) return Number(leftRank < 0) - Number(rightRank < 0) || leftRank - rightRank;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return collator.compare(String(left), String(right));
}
