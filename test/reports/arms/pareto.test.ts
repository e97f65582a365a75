import { describe, expect, it } from 'vitest';
import type { ArmSummary } from '../../../reports/arms/arm-summary.ts';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { comparisonWithin } from '../../../reports/arms/arm-test.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { paretoOf } from '../../../reports/arms/pareto.ts';
import { armRecords } from '../../helpers/arms.ts';

const size = ({ means }: ArmSummary) => means.nonzero_parameters;

/** Arms of a size and values each; the standings by method. */
function standings(arms: Record<string, [number, (number | null)[]]>) {
  const summaries = summarizeArms(
    Object.entries(arms).flatMap(([method, [nonzero, values]]) =>
      armRecords(values, { method }, { parameters: 269722, nonzero_parameters: nonzero }),
    ),
  );
  const found = paretoOf(summaries, size, comparisonWithin(summaries));
  return Object.fromEntries(
    found.map(({ arm, member, clearly }) => [methodOf(arm), `${member ? 'in' : 'out'}${clearly ? '' : '?'}`]),
  );
}

const around = (level: number, turn = 0) => [0.001, -0.001, 0].map((_, i, all) => level + all[(i + turn) % 3]!);

describe('the Pareto set', () => {
  it('holds the arms that no arm of at most their size beats, and says which are clear', () => {
    expect(
      standings({
        small: [100, around(0.5)],
        better: [200, around(0.7, 1)],
        // As large as `better`, and larger: both clearly worse.
        same: [200, around(0.6, 2)],
        larger: [300, around(0.65)],
        // A little above and a little below `better`, within the spread.
        above: [400, [0.7005, 0.7008, 0.699]],
        below: [500, [0.7, 0.699, 0.7007]],
      }),
    ).toEqual({ small: 'in', better: 'in', same: 'out', larger: 'out', above: 'in?', below: 'out?' });
  });

  it('agrees with brute force over all pairs by means', () => {
    const arms = Object.fromEntries(
      Array.from({ length: 24 }, (_, i) => [`m${i}`, [100 + ((i * 7) % 9), around(0.5 + ((i * 11) % 13) / 100, i)]]),
    ) as Record<string, [number, number[]]>;
    const found = standings(arms);
    const level = ([, values]: [number, number[]]) => Math.round(1e6 * values.reduce((sum, value) => sum + value, 0));
    for (const [name, arm] of Object.entries(arms)) {
      const dominated = Object.values(arms).some(
        (other) => other[0] <= arm[0] && level(other) >= level(arm) && (other[0] < arm[0] || level(other) > level(arm)),
      );
      expect(found[name]?.startsWith('out'), name).toBe(dominated);
    }
  });

  it('keeps two equal arms, neither of which is better', () => {
    expect(standings({ one: [100, [0.5, 0.6]], other: [100, [0.5, 0.6]] })).toEqual({ one: 'in?', other: 'in?' });
  });

  it('claims nothing of one seed but that the smallest arm is in', () => {
    expect(standings({ small: [100, [0.5]], large: [200, [0.9]], worse: [300, [0.4]] })).toEqual({
      small: 'in',
      large: 'in?',
      worse: 'out?',
    });
  });

  it('leaves out what has no result', () => {
    expect(standings({ small: [100, [null]], large: [200, [0.9]] })).toEqual({ large: 'in' });
  });
});
