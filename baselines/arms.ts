import { canonicalJson } from '../harness/canonical-json.ts';
import type { CellRecord } from '../harness/record.ts';

/** What groups records: an arm is one configuration, repeated over seeds. */
export interface Seeded {
  seed: number;
  config: object;
}

/** Equal for cells whose configurations differ in nothing but the seed. */
export function armKey(config: object): string {
  return canonicalJson({ ...config, seed: null });
}

/** The members of each arm, seeds ascending, arms in the order of their first member. */
export function groupByArm<T extends Seeded>(items: readonly T[]): Map<string, T[]> {
  return groupBy(items, (item) => armKey(item.config));
}

/** Members by `keyOf`, seeds ascending, groups in the order of their first member. */
export function groupBy<T extends { seed: number }>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  for (const group of groups.values()) group.sort((left, right) => left.seed - right.seed);
  return groups;
}

/** The cell's name without its seed: the same for an arm of other configuration, in another run. */
export function armNameOf({ cell, seed }: Pick<CellRecord, 'cell' | 'seed'>): string {
  return cell.replace(`.seed-${seed}`, '');
}

/** What tells a record's arm from others beside its fields: an experiment's variant, and its λ where an arm has several. */
export function distinctionsOf(record: CellRecord) {
  const { model, dataset, init, regularizer } = record;
  const [before = '', behind = ''] = armNameOf(record).split(`.${model}.${dataset}`);
  const [, decay = ''] = before.split(`.${init}.${regularizer}`);
  const variant = behind.slice(1);
  return { variant: variant === '' ? null : variant, decay: decay === '' ? null : decay.slice(1) };
}

/** The data set, and the variant of an experiment on it: `multi30k, released`. */
export function datasetLabel({ dataset, variant }: { dataset: string; variant: string | null }): string {
  return variant === null ? dataset : `${dataset}, ${variant}`;
}

/** The regularizer, and its λ where an arm has several: `frobenius-decay 0.0001`. */
export function regularizerLabel({ regularizer, decay }: { regularizer: string; decay: string | null }): string {
  return decay === null ? regularizer : `${regularizer} ${decay}`;
}
