import { counted } from '../../baselines/wording.ts';
import { type CellRecord, type ExactCheck, passes } from '../../harness/record.ts';
import type { Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { orDash, significant } from '../render/format.ts';

/** A check of exactness and the cell that it is of. */
export interface CheckedCell {
  cell: string;
  check: ExactCheck;
}

/** All checks of exactness of a run, the failing ones first, else in the order of the records. */
export function exactChecksOf(records: readonly CellRecord[]): CheckedCell[] {
  const all = records.flatMap((record) =>
    record.status === 'failed' ? [] : record.checks.map((check) => ({ cell: record.cell, check })),
  );
  return [...all.filter(({ check }) => !passes(check)), ...all.filter(({ check }) => passes(check))];
}

/** `40 checks of exactness: 2 fail.` Null: there are none. */
export function checkCounts(checks: readonly CheckedCell[]): string | null {
  if (checks.length === 0) return null;
  const failing = checks.filter(({ check }) => !passes(check)).length;
  const outcome = failing === 0 ? 'all pass' : `${failing} ${failing === 1 ? 'fails' : 'fail'}`;
  return `${counted(checks.length, 'check')} of exactness: ${outcome}.`;
}

/** Every quantity whose right value is known beside what was measured; no section where there is none. */
export function checkSection(records: readonly CellRecord[]): Section | null {
  const checks = exactChecksOf(records);
  const counts = checkCounts(checks);
  return counts === null
    ? null
    : { heading: 'Checks of exactness', blocks: [text(counts + legend), table(checks, columns)] };
}

const legend =
  ' A check compares a measured quantity with the value that it must have: it passes where they differ by the ' +
  'tolerance at most.';

const numeric = true;
const columns: Column<CheckedCell>[] = [
  { name: 'cell', cell: ({ cell }) => cell },
  { name: 'check', cell: ({ check }) => check.name },
  { name: 'expected', cell: ({ check }) => precise(check.expected), numeric },
  { name: 'measured', cell: ({ check }) => orDash(check.measured, precise), numeric },
  {
    name: 'difference',
    cell: ({ check: { measured, expected } }) => orDash(measured === null ? null : measured - expected, significant),
    numeric,
  },
  { name: 'tolerance', cell: ({ check }) => significant(check.tolerance), numeric },
  { name: 'passes', cell: ({ check }) => (passes(check) ? 'yes' : 'no') },
];

/** Eight significant digits, no zeros at the end. */
function precise(value: number): string {
  return String(Number(value.toPrecision(8)));
}
