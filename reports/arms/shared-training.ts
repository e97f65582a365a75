import { grouped } from '../../baselines/arms.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import { seedless } from '../../harness/cell-name.ts';
import { isDense, isTuned } from './coordinates.ts';
import type { Beginning, TestedArm } from './tested-arm.ts';

/**
 * Arms that go on from one and the same training of each seed, two at least, each with all of them: cells that read the
 * same cells, or begin with the same dense training and fine-tune what they keep of it; and the dense arm of that
 * training. Their results hardly differ but in what came after (correlation about 0.99), so that together they tell no
 * more of chance than one of them. A lottery ticket is none: it is trained anew after each round. An arm that was tuned
 * to the shared learning rate and λ is the shared arm over again.
 */
export function sharersOf(arms: readonly TestedArm[]): Map<TestedArm, readonly TestedArm[]> {
  const laned = arms.some(isTuned);
  const started = arms.flatMap((arm) => {
    const [record] = arm.completed;
    const key = record === undefined ? null : (startOf(arm, record) ?? (laned ? trainingOf(arm) : null));
    return record === undefined || key === null ? [] : [{ arm, key, name: cellsKey([record]) }];
  });
  const read = new Set(started.map(({ key }) => key));
  const groups = grouped(started, ({ arm, key, name }) => (isDense(arm) && read.has(name) ? name : key));
  const shared = [...groups.values()].filter(({ length }) => length > 1).map((group) => group.map(({ arm }) => arm));
  return new Map(shared.flatMap((group) => group.map((arm) => [arm, group] as const)));
}

/** What an arm's cells go on from, equal where they share it; null: all of the training is the arm's own. */
function startOf(arm: TestedArm, { needs, phases }: Beginning): string | null {
  if (needs.length > 0) return cellsKey(needs);
  const [first, next] = phases;
  const fineTunes = first?.label === 'dense' && next?.label === 'fine-tune';
  if (!first || !(fineTunes || (isDense(arm) && next === undefined))) return null;
  // What the dense training does not depend on: who prunes, how much, and how its learning rate and λ were found.
  const anyone = { seed: null, method: null, methodDigest: null, budget: null, budgetUnit: null, tuning: null };
  return canonicalJson([first.epochs, { ...arm.config, ...anyone }]);
}

/** All that an arm's training depends on but the seed: the same in both lanes where tuning found what all have. */
function trainingOf({ config }: Pick<TestedArm, 'config'>): string {
  return canonicalJson({ ...config, seed: null, tuning: null });
}

/** Cells by name, whatever their seed. */
function cellsKey(cells: readonly { cell: string }[]): string {
  return canonicalJson(cells.map(({ cell }) => seedless(cell)));
}
