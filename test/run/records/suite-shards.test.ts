import { expect, it } from 'vitest';
import { checkedSuite } from '../../../harness/plan/checked-suite.ts';
import { planCells } from '../../../harness/plan/plan.ts';
import { groupsOf, shardsOf } from '../../../harness/run/records/shard.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { dataFolderNames } from '../../../harness/spec/datasets.ts';
import { type ProfileName, profileNames } from '../../../harness/spec/words.ts';
import { suites } from '../../../suites/registry.ts';

/** What shards promise, on the plans of all suites. */

const plans = suites.flatMap((suite) =>
  profileNames.filter((profile) => suite.profiles[profile] !== undefined).map((profile) => ({ suite, profile })),
);

const planOf = (suite: (typeof suites)[number], profile: ProfileName) =>
  planCells(checkedSuite(suite), profile, { present: dataFolderNames, untuned: 'counted' }, () => undefined);
const secondsOf = (cells: readonly { estimatedSeconds: number }[]) =>
  cells.reduce((sum, { estimatedSeconds }) => sum + estimatedSeconds, 0);
const namesOf = (cells: readonly PlannedCell[]) => cells.map(({ cell }) => cell);

it.each(plans)(
  '$suite.name, $profile: shards are disjoint, complete, balanced, and wait for no other',
  ({ suite, profile }) => {
    const cells = planOf(suite, profile);
    const groups = groupsOf(cells);
    const longest = Math.max(...groups.map(({ estimatedSeconds }) => estimatedSeconds));
    for (const count of [1, 2, 3, 7, 16].filter((count) => count <= groups.length)) {
      const shards = shardsOf(cells, count);
      expect(shards.flat().length).toBe(cells.length);
      expect(new Set(namesOf(shards.flat()))).toEqual(new Set(namesOf(cells)));
      for (const shard of shards) {
        expect(shard.length).toBeGreaterThan(0);
        const here = new Set(shard.map(({ id }) => id));
        for (const { needs } of shard) for (const { id } of needs) expect(here).toContain(id);
        // Graham (1969): the last group that came to a shard came to the lightest one.
        expect(secondsOf(shard)).toBeLessThanOrEqual((secondsOf(cells) / count + longest) * (1 + 1e-12));
      }
    }
  },
);
