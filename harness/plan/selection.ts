import { idOf } from '../cell-id.ts';
import { UsageError } from '../errors.ts';
import { nameMatcher } from '../name-matcher.ts';
import type { Overrides } from '../spec/words.ts';
import type { Draft } from './drafts.ts';
import { type NeedsOfPlan, needsOfPlan, wantedBy } from './needs.ts';
import { triedOut, triedOutIfAble, withOverrides } from './trial.ts';

export interface SelectionOptions {
  /** Globs on cell names: a cell that matches any is kept, with the cells that it needs. */
  only?: readonly string[] | undefined;
  /** Values to try out in place of those of the cells that are kept, by the paths of fields. */
  set?: Overrides | undefined;
  /** At most so many training examples of each data set. */
  limit?: number | undefined;
}

/** The cells that are asked for. */
export interface Selection {
  /** Those that `only` keeps, as they are tried out, and all that they need, in the plan's order. */
  drafts: Draft[];
  needs: NeedsOfPlan;
  /** The globs of `only` that match nothing. */
  idle: string[];
}

/**
 * What `only` keeps of a plan, under the values to try out. A cell that is tried out is found by its own name and by
 * the one that it has without; it needs what its configuration says: cells that are tried out alike, or plain ones.
 *
 * @param all the whole plan
 * @throws UsageError as `needsOfPlan` and `triedOut`
 */
export function selectionOf(place: string, all: readonly Draft[], options: SelectionOptions): Selection {
  const { only = [], set = {}, limit } = options;
  const trial = Object.keys(set).length === 0 && limit === undefined ? null : { set, limit };
  const names = (draft: Draft) =>
    [draft.cell, trial === null ? null : triedOutIfAble(draft, trial)?.cell].filter((name) => name != null);
  const namesOf = new Map(only.length === 0 ? [] : all.map((draft) => [draft, names(draft)]));
  const matching = (globs: readonly string[]) => {
    const matches = nameMatcher(globs);
    return all.filter((draft) => namesOf.get(draft)?.some((name) => matches(name)));
  };
  const chosen = only.length === 0 ? [...all] : matching(only);
  const idle = only.filter((glob) => matching([glob]).length === 0);
  const needs = needsOfPlan(place, all);
  if (trial === null) return { drafts: needs.closure(chosen), needs, idle };

  const tried = new Map(triedOut(chosen, trial).map((draft, at) => [chosen[at], draft]));
  const made = new Map<Draft, Draft[]>();
  const add = (draft: Draft, other: Draft): void => {
    const others = made.get(draft) ?? [];
    if (draft.id === other.id || others.some(({ id }) => id === other.id)) return;
    made.set(draft, [...others, other]);
    for (const needed of neededAlike(draft, other, all)) add(needed.draft, needed.other);
  };
  for (const [draft, other] of tried) add(draft!, other);
  const pool = all.flatMap((draft) => [draft, ...(made.get(draft) ?? [])]);
  const ofPool = needsOfPlan(place, pool);
  return { drafts: ofPool.closure([...tried.values()]), needs: ofPool, idle };
}

/** The cells that a cell needs, with what they become where it is tried out, as its configuration then says. */
function neededAlike(draft: Draft, tried: Draft, all: readonly Draft[]): { draft: Draft; other: Draft }[] {
  return wantedBy(tried.config).flatMap(({ role, config: { overrides, ...config } }) => {
    const plain = wantedBy(draft.config).find((want) => want.role === role && want.config.task === config.task);
    const needed = plain === undefined ? undefined : all.find(({ id }) => id === idOf(plain.config));
    return needed === undefined || overrides === undefined
      ? []
      : [{ draft: needed, other: withOverrides(needed, overrides) }];
  });
}

/**
 * Refuses globs that match nothing: all of them, or some, whose cells would be left out without a word.
 *
 * @throws UsageError naming the globs
 */
export function refuseIdleGlobs({ drafts, idle }: Selection, all: readonly Draft[]): void {
  if (idle.length === 0) return;
  const globs = `--only ${idle.join(' --only ')}`;
  if (drafts.length === 0) {
    throw new UsageError(`${globs}: matches none of ${all.length} cells, such as ${all[0]?.cell}`);
  }
  throw new UsageError(
    `${globs}: matches no cell, while the other globs match ${drafts.length}, such as ${drafts[0]?.cell}; mend it or ` +
      'leave it away.',
  );
}
