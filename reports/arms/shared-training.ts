import { grouped } from '../../baselines/arms.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import type { CompletedRecord } from '../../harness/record.ts';
import type { ArmSummary } from './arm-summary.ts';
import { isDense } from './coordinates.ts';

/**
 * Arms that go on from one and the same training of each seed, two at least, each with all of them: cells that read the
 * same cells, or begin with the same dense training and fine-tune what they keep of it; and the dense arm of that
 * training. Their results hardly differ but in what came after (correlation about 0.99), so that together they tell no
 * more of chance than one of them. A lottery ticket is none: it is trained anew after each round.
 */
export function sharersOf(arms: readonly ArmSummary[]): Map<ArmSummary, readonly ArmSummary[]> {
  const started = arms.flatMap((arm) => {
    const [record] = arm.completed;
    const key = record === undefined ? null : startOf(arm, record);
    return record === undefined || key === null ? [] : [{ arm, key, name: cellsKey([record]) }];
  });
  const read = new Set(started.map(({ key }) => key));
  const groups = grouped(started, ({ arm, key, name }) => (isDense(arm) && read.has(name) ? name : key));
  const shared = [...groups.values()].filter(({ length }) => length > 1).map((group) => group.map(({ arm }) => arm));
  return new Map(shared.flatMap((group) => group.map((arm) => [arm, group] as const)));
}

/** What an arm's cells go on from, equal where they share it; null: all of the training is the arm's own. */
function startOf(arm: ArmSummary, { needs, phases }: CompletedRecord): string | null {
  if (needs.length > 0) return cellsKey(needs);
  const [first, next] = phases;
  const fineTunes = first?.label === 'dense' && next?.label === 'fine-tune';
  if (!first || !(fineTunes || (isDense(arm) && next === undefined))) return null;
  // What the dense training does not depend on: who prunes, and how much.
  const config = { ...arm.config, seed: null, method: null, methodDigest: null, budget: null, budgetUnit: null };
  return canonicalJson([first.epochs, config]);
}

/** Cells by name, whatever their seed. */
function cellsKey(cells: readonly { cell: string }[]): string {
  return canonicalJson(cells.map(({ cell }) => cell.replace(/\.seed-\d+$/, '')));
}
