import {
  type ReducedDefinitions,
  reducedDefinitionOf,
  reducedOutcome,
  removedCells,
} from '../../../baselines/reduced-definitions.ts';
import { firstLine } from '../../foreign-text.ts';
import type { Defined } from '../../run/define-cells.ts';
import type { DefinitionRow } from './definition-rows.ts';
import { type ReducedPair, storedCellOf } from './reduced-plan.ts';

/** What a plan's cells are compared with. */
export interface ReducedComparison {
  suite: string;
  profile: string;
  pairs: readonly ReducedPair[];
  /** By the id of the reduced form; what an interruption left out is missing. */
  found: ReadonlyMap<string, Defined>;
  stored: ReducedDefinitions | null;
  /** What `--only` asks about. */
  isAsked(cell: string): boolean;
  /** Digest of the code that decides results. */
  program: string;
}

/** A row for each cell, as its reduced form compares with what is stored, then for each that the plan holds no more. */
export function reducedRows({ suite, profile, pairs, found, stored, isAsked, program }: ReducedComparison) {
  const place = { suite, profile, program };
  const rows = pairs.flatMap((pair): DefinitionRow[] => {
    const { planned, reduced } = pair;
    const { id, cell } = planned;
    const defined = reduced === null ? null : found.get(reduced.id);
    if (defined === undefined) return [];
    const row = { ...place, id, cell };
    if (defined !== null && 'error' in defined) {
      return [{ ...row, verdict: 'failed', differences: [firstLine(defined.error, 300)], definition: null }];
    }
    const definition = defined?.definition ?? null;
    const own = definition === null ? null : reducedDefinitionOf(definition);
    const outcome = reducedOutcome(storedCellOf(pair), own, stored);
    if (definition !== null || outcome.verdict !== 'equal') return [{ ...row, ...outcome, definition }];
    const verdict = planned.needs.length > 0 ? 'needs-training' : reduced === null ? 'too-large' : 'undefined';
    return [{ ...row, verdict, differences: [], definition }];
  });
  const planned = new Set(pairs.map((pair) => pair.planned.cell));
  const removed = removedCells(stored, planned, isAsked).map(({ id, cell }): DefinitionRow => {
    return { ...place, id, cell, verdict: 'removed', differences: ['the plan holds it no more'], definition: null };
  });
  return [...rows, ...removed];
}
