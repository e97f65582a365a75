import { type ExactCheck, type FinishedRecord, passes } from '../../harness/record.ts';
import type { BaselineEntry } from '../baseline.ts';
import type { Finding } from './lane.ts';

/**
 * A check of exactness that fails is a regression, with a baseline or without; and so is one that the baseline has and
 * the record lacks.
 */
export function exactness({ checks }: FinishedRecord, entry: BaselineEntry | null): Finding | null {
  const known = new Set(checks.map(({ name }) => name));
  const lacking = (entry?.checks ?? []).filter(({ name }) => !known.has(name));
  const failing = [
    ...checks.filter((check) => !passes(check)),
    ...lacking.map((check) => ({ ...check, measured: null })),
  ];
  const [first] = failing;
  if (first === undefined) return null;
  return {
    verdict: 'regressed',
    lane: 'exactness',
    reason: `${failing.map(missText).join('; ')}.`,
    quantity: first.name,
    expected: first.expected,
    measured: first.measured,
    bound: first.tolerance,
  };
}

function missText({ name, expected, measured, tolerance }: ExactCheck): string {
  return `${name} must be ${expected} within ${tolerance}, measured ${measured ?? 'nothing'}`;
}
