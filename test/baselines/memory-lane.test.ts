import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import { judgeMemory, memory } from '../../baselines/lanes/memory.ts';
import { gaussian, streamsOf } from '../../harness/random.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import { fixtureRecord, type RecordOverrides } from '../helpers/records.ts';

const base = 500e6;

/** An arm whose processes held these shares of 500 MB at most. */
function arm(shares: readonly number[], overrides: RecordOverrides = {}, budget = 0.1): FinishedRecord[] {
  return shares.map((share, seed) =>
    fixtureRecord({ profile: 'nightly', rss_peak_bytes: Math.round(share * base), ...overrides }, { seed, budget }),
  );
}

const accept = (records: readonly FinishedRecord[]) => acceptRecords(records, null, { why: 'first', at: '2026-11-23' });
const accepted = accept(arm([0.998, 1, 1.002]));
const found = (records: readonly FinishedRecord[], baseline = accepted) =>
  checkRecords(records, baseline, { margin: 0.02 }).map(({ lane, verdict }) => `${lane} ${verdict}`);
const regressed = ['memory regressed', 'memory regressed', 'memory regressed'];
const reproduced = ['weights reproduced', 'weights reproduced', 'weights reproduced'];

describe('the memory lane', () => {
  test.each([2, 1.03, 0.97, 0.5])('regresses on %s of the accepted resident peak, behind equal weights', (share) => {
    expect(found(arm([share, share, share]))).toEqual(regressed);
  });

  test.each([1.015, 0.985])('allows two percent either way: %s', (share) => {
    expect(found(arm([share, share, share]))).toEqual(reproduced);
  });

  test('says what was expected and measured, and the bound', () => {
    const [verdict] = checkRecords(arm([1.1, 1.1, 1.1]), accepted, { margin: 0.02 });
    expect(verdict).toMatchObject({ quantity: 'rss_peak_bytes', expected: base, bound: base * 0.02 });
    expect(verdict!.reason).toContain('expected 500 MB, measured 550 MB: 10.0 % more, tolerance 2.0 %');
  });

  test('allows one and a half times what accepted launches spread, the arm’s own or the typical one', () => {
    const wide = accept(arm([0.97, 1, 1.03]));
    expect(found(arm([1.13, 1.13, 1.13]), wide)).toEqual(reproduced);
    expect(found(arm([1.14, 1.14, 1.14]), wide)).toEqual(regressed);
    // Of three arms two spread by 6 %, and one by nothing.
    const arms = [arm([1, 1, 1]), arm([0.97, 1, 1.03], {}, 0.2), arm([0.97, 1, 1.03], {}, 0.4)];
    expect(found(arm([1.08, 1.08, 1.08]), accept(arms.flat()))).toEqual(reproduced);
  });

  test('in smoke asks for a quarter: that memory doubled shows there too', () => {
    const smoke = { profile: 'smoke' } as const;
    const short = accept(arm([1, 1, 1], smoke));
    expect(found(arm([1.2, 1.2, 1.2], smoke), short)).toEqual(reproduced);
    expect(found(arm([2, 2, 2], smoke), short)).toEqual(regressed);
  });

  test('compares nothing of another machine, of fewer than three launches, or of one that went on', () => {
    const elsewhere = { fingerprint: { ...fixtureRecord().fingerprint, processor: 'Other 6-1-1' } };
    expect(found(arm([2, 2, 2], elsewhere)).some((name) => name.startsWith('memory'))).toBe(false);
    const two = acceptRecords(arm([1, 1], { profile: 'smoke' }), null, { why: 'first', at: '2026-11-23' });
    expect(found(arm([2, 2], { profile: 'smoke' }), two)).toEqual(reproduced.slice(1));
    expect(found(arm([0.5, 0.5, 0.5], { resumed_points: 1 }))).toEqual(reproduced);
    expect(accept(arm([1, 1, 1], { resumed_points: 1 })).cells.map(({ rss_peak_bytes }) => rss_peak_bytes)).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('raises few false alarms of 40 arms whose launches spread by 2 %', () => {
    const [runs, arms] = [200, 40];
    const [record] = arm([1]);
    const [entry] = accepted.cells;
    const isFalse = (run: number) => {
      const draws = gaussian(6 * arms, 0.02, streamsOf('memory', run)('peaks'));
      const peaks = (from: number) => [...draws.slice(from, from + 3)].map((value) => Math.round(base * (1 + value)));
      const judged = judgeMemory(
        Array.from({ length: arms }, (_, at) => ({
          metric: 'accuracy',
          entries: peaks(6 * at).map((rss_peak_bytes) => ({ ...entry!, rss_peak_bytes })),
          records: peaks(6 * at + 3).map((rss_peak_bytes) => ({ ...record!, rss_peak_bytes })),
        })),
      );
      return judged.some((one) => memory(one!) !== null);
    };
    const alarms = Array.from({ length: runs }, (_, run) => run).filter(isFalse).length;
    expect(alarms / runs).toBeLessThanOrEqual(0.01);
  });
});
