import { idOf } from '../cell-id.ts';
import { UsageError } from '../errors.ts';
import type { Need, PlannedCell } from '../spec/cell.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import type { Draft } from './drafts.ts';

/** Which cells of a plan read from which. */
export interface NeedsOfPlan {
  /** The cells that one reads from. */
  of(draft: Draft): readonly Need[];
  /** Whether another cell of the whole plan reads from this one. */
  isNeeded(draft: Draft): boolean;
  /** The cells, and all that they read from, directly or not, in the plan's order. */
  closure(chosen: readonly Draft[]): Draft[];
}

/**
 * Resolves what the cells of a plan need to cells of it.
 *
 * @param all the whole plan
 * @throws UsageError where a cell needs one that the plan lacks, or cells need each other in a circle, by name
 */
export function needsOfPlan(place: string, all: readonly Draft[]): NeedsOfPlan {
  const asking = all.filter(({ config }) => wantedBy(config).length > 0);
  const byId = new Map(all.map((draft) => [draft.id, draft]));
  const needed = new Map<Draft, { draft: Draft; need: Need }[]>();
  for (const draft of asking) {
    const found = wantedBy(draft.config).map(({ role, config }) => {
      const id = idOf(config);
      const other = byId.get(id);
      if (other !== undefined) return { draft: other, need: { role, id, cell: other.cell } };
      throw new UsageError(
        `${place}: cell ${draft.cell} needs a ${role} of task ${config.task}, method ${config.method}, seed ` +
          `${config.seed} (id ${id}), which the plan lacks; give the profile an experiment that trains it`,
      );
    });
    needed.set(draft, found);
  }
  refuseCircles(place, needed);
  const read = new Set([...needed.values()].flatMap((found) => found.map(({ draft }) => draft)));
  return {
    of: (draft) => (needed.get(draft) ?? []).map(({ need }) => need),
    isNeeded: (draft) => read.has(draft),
    closure(chosen) {
      const kept = new Set<Draft>();
      const keep = (draft: Draft): void => {
        if (kept.has(draft)) return;
        kept.add(draft);
        for (const other of needed.get(draft) ?? []) keep(other.draft);
      };
      chosen.forEach(keep);
      return all.filter((draft) => kept.has(draft));
    },
  };
}

/** The configurations that a cell of this one reads from. */
export function wantedBy(config: Draft['config']) {
  return wordsOfKind(config.task).needs?.(config) ?? [];
}

function refuseCircles(place: string, needed: ReadonlyMap<Draft, readonly { draft: Draft }[]>): void {
  const done = new Set<Draft>();
  const visit = (draft: Draft, path: readonly Draft[]): void => {
    if (path.includes(draft)) {
      const circle = [...path.slice(path.indexOf(draft)), draft].map(({ cell }) => cell).join(' -> ');
      throw new UsageError(
        `${place}: cells need each other in a circle: ${circle}; let one of them need none of the others`,
      );
    }
    if (done.has(draft)) return;
    for (const other of needed.get(draft) ?? []) visit(other.draft, [...path, draft]);
    done.add(draft);
  };
  for (const draft of needed.keys()) visit(draft, []);
}

/** The cells whose needs are among them, directly or not; `reasons` gets why others are not. */
export function withTheirNeeds(cells: readonly PlannedCell[], reasons: Set<string>): PlannedCell[] {
  const ids = new Set(cells.map(({ id }) => id));
  const kept = cells.filter(({ cell, needs }) => {
    const lacking = needs.find(({ id }) => !ids.has(id));
    if (lacking !== undefined) reasons.add(`${cell}: needs ${lacking.cell}, which is refused`);
    return lacking === undefined;
  });
  return kept.length === cells.length ? kept : withTheirNeeds(kept, reasons);
}
