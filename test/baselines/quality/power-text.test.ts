import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { provenanceOf } from '../../../baselines/provenance.ts';
import { powerLines } from '../../../baselines/quality/power-text.ts';
import { fixtureRecord } from '../../helpers/records.ts';

const at = '2026-11-23T00:00:00.000Z';
const arms = [0.1, 0.2, 0.3, 0.4].flatMap((budget, turn) =>
  (['default', 'spectral'] as const).flatMap((init) =>
    [0, 1, 2].map((seed) =>
      fixtureRecord(
        { profile: 'nightly', value: 0.5 + 0.01 * ((seed + turn) % 3) + 0.002 * seed },
        { budget, init, seed },
      ),
    ),
  ),
);
const baseline = acceptRecords(arms, null, { why: 'first', at, commit: '0123456789abcdef' });

describe('the power statement', () => {
  it('names losses of one arm, a group and all arms, and a margin that settles nothing', () => {
    const lines = powerLines(baseline, { seeds: 3, margin: 0.01 });
    expect(lines[0]).toMatch(
      /^Quality, accuracy: 3 seeds an arm against 3 accepted, 8 arms: a loss of \d+\.\d\d points in one arm \(.*\), of .* points in every arm of a group, of .* points in all arms is found with 80 %\.$/,
    );
    expect(lines[1]).toMatch(
      /the margin of 1\.00 points is below the \d\.\d\d points at which 90 % of healthy arms pass/,
    );
    expect(powerLines(baseline, { seeds: 3, margin: 0.2 })).toHaveLength(1);
  });

  it('says where nothing tells', () => {
    expect(powerLines(baseline, { seeds: 3, margin: 0.01, ids: new Set(['other']) })[0]).toContain(
      'none of these cells',
    );
    const smoke = acceptRecords([fixtureRecord()], null, { why: 'first', at });
    expect(powerLines(smoke, { seeds: 1, margin: 0.1 })[0]).toContain('asks only whether networks learned');
    const single = acceptRecords([fixtureRecord({ profile: 'paper' })], null, { why: 'first', at });
    expect(powerLines(single, { seeds: 3, margin: 0.1 })[0]).toContain('no accepted arm has two seeds');
  });
});

it('a baseline tells its age and its commit, or that it does not know it', () => {
  expect(provenanceOf(baseline, new Date('2026-11-25T12:00:00Z'))).toBe(
    'last accepted on 2026-11-23, 2 days ago, at commit 0123456789ab',
  );
  const { commit: _, ...older } = baseline.history[0]!;
  expect(provenanceOf({ ...baseline, history: [older] }, new Date(at))).toBe(
    'last accepted on 2026-11-23, 0 days ago, at a commit that it does not tell',
  );
});
