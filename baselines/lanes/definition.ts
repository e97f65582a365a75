import type { Definition } from '../../harness/spec/definition.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import type { BaselineEntry } from '../baseline.ts';
import { countChanges } from '../count-changes.ts';
import { definitionChanges } from '../definition-changes.ts';
import { firstStepDifference } from '../first-step-differences.ts';
import { countFinding } from './counts.ts';
import type { Finding, Lane } from './lane.ts';

/** What is compared of a cell before it is trained. */
export interface DefinedCell {
  kind: string;
  definition: Definition;
}

/** What the definition lane says of a cell: whether it is another computation, or computed otherwise. */
export interface DefinitionOutcome extends Finding {
  verdict: 'changed' | 'regressed';
  /** A clause each. */
  differences: string[];
}

/**
 * Whether the engine is asked for another computation than when the baseline was made, on the same data, whether it
 * computes the same one otherwise, and whether that has other counts: null where none of it is so, and where there is
 * nothing to compare.
 */
export function definitionOutcome(
  { kind, definition }: DefinedCell,
  {
    definition: accepted,
    first_step_tolerances: tolerances,
  }: Pick<BaselineEntry, 'definition' | 'first_step_tolerances'>,
): DefinitionOutcome | null {
  if (accepted === undefined || accepted.data !== definition.data) return null;
  const changes = definitionChanges(accepted, definition, wordsOfKind(kind).at);
  const counted = countChanges(accepted, definition);
  const countTexts = counted.map((change) => `${change.name}: ${change.measured} instead of ${change.expected}`);
  if (changes.length > 0) {
    const reason = `it computes something else than the baseline: ${changes.join('; ')}. Undo that, or accept it with npm run accept.`;
    const numbers = { quantity: null, expected: null, measured: null, bound: null };
    return { verdict: 'changed', lane: 'definition', reason, ...numbers, differences: [...changes, ...countTexts] };
  }
  const found = firstStepDifference(accepted, definition, tolerances);
  if (found === null) {
    const finding = countFinding(counted);
    return finding === null ? null : { ...finding, verdict: 'regressed', differences: countTexts };
  }
  const { step, what, expected, measured, bound } = found;
  const difference =
    `step ${step}: ${what} expected ${expected ?? 'no number'}, measured ${measured ?? 'no number'}, which is more than ` +
    `rounding (${Number(bound.toPrecision(2))})`;
  const reason = `the same computation gives other numbers: ${difference}.`;
  const numbers = { quantity: what, expected, measured, bound };
  return { verdict: 'regressed', lane: 'first-steps', reason, ...numbers, differences: [difference] };
}

/** A cell that tells no definition any more cannot be held against the accepted one, which is a change. */
const untold: Finding = {
  verdict: 'changed',
  lane: 'definition',
  reason:
    'its record tells no definition, which the baseline holds, so that nothing says whether it is the same computation. ' +
    'Run the cell again; where its kind defines nothing any more, accept that with npm run accept.',
  quantity: null,
  expected: null,
  measured: null,
  bound: null,
};

/** Before anything that was measured: what is asked of the engine, and its first steps. */
export const definitionLane: Lane = ({ record, entry }) => {
  if (record.definition === undefined) return entry.definition === undefined ? null : untold;
  const outcome = definitionOutcome({ ...record, definition: record.definition }, entry);
  // Counts have a lane of their own, behind the weights.
  if (outcome === null || outcome.lane === 'counts') return null;
  const { differences: _, ...finding } = outcome;
  return finding;
};
