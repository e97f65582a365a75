import { canonicalJson } from '../harness/canonical-json.ts';

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
  return seedsBy(items, (item) => armKey(item.config));
}

/** Members by `keyOf`, seeds ascending, groups in the order of their first member. */
export function seedsBy<T extends { seed: number }>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = grouped(items, keyOf);
  for (const group of groups.values()) group.sort((left, right) => left.seed - right.seed);
  return groups;
}

/** Members by key, both in the order of their first appearance. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
