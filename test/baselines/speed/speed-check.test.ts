import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import type { Baseline } from '../../../baselines/baseline.ts';
import { checkRecords } from '../../../baselines/check.ts';
import { speedNotes } from '../../../baselines/speed/speed-notes.ts';
import type { FinishedRecord } from '../../../harness/record.ts';
import type { Launch } from '../../../harness/spec/launch.ts';
import { fixtureLaunch } from '../../helpers/launches.ts';
import { fixtureRecord, type RecordOverrides } from '../../helpers/records.ts';

const at = '2026-11-23T00:00:00.000Z';
const wobble = [-0.01, 0, 0.01];

/** Three launches of an arm; `by` is added to x, `machine` to c. */
function arm(
  init: 'default' | 'spectral',
  {
    by = 0,
    machine = 0,
    launch = {},
    ...overrides
  }: Omit<RecordOverrides, 'launch'> & {
    by?: number;
    machine?: number;
    launch?: Partial<Launch>;
  } = {},
): FinishedRecord[] {
  return wobble.map((noise, seed) => {
    const own = { x: Math.log(0.5) + noise + by, c: Math.log(10) + noise + machine };
    return fixtureRecord({ ...overrides, launch: fixtureLaunch({ ...own, ...launch }) }, { init, seed });
  });
}

const both = (changes: Parameters<typeof arm>[1] = {}) => [...arm('default', changes), ...arm('spectral', changes)];
const accepted = acceptRecords(both(), null, { why: 'first', at });
const check = (records: readonly FinishedRecord[], baseline: Baseline = accepted, beside: FinishedRecord[] = []) =>
  checkRecords(records, baseline, { margin: 0.02, beside });
const namesOf = (...given: Parameters<typeof check>) =>
  check(...given).map(({ verdict, lane }) => `${lane} ${verdict}`);

describe('the speed lane', () => {
  test('says nothing of launches as they were accepted', () => {
    expect(new Set(namesOf(both()))).toEqual(new Set(['weights reproduced']));
    expect(speedNotes(both(), accepted)).toEqual([
      expect.stringMatching(/^Speed: 2 arms compared, a launch spreads by 1\.0 %; 3 against 3 .* slower with 90 %\.$/),
    ]);
  });

  test('regresses on an arm whose step is 20 % slower, behind equal weights', () => {
    const verdicts = check([...arm('default', { by: Math.log(1.2) }), ...arm('spectral')]);
    expect(verdicts.map(({ lane }) => lane)).toEqual(['speed', 'speed', 'speed', 'weights', 'weights', 'weights']);
    expect(verdicts[0]).toMatchObject({ verdict: 'regressed', quantity: 'step over dense step', expected: 1 });
    expect(verdicts[0]!.measured).toBeCloseTo(1.2, 9);
    expect(verdicts[0]!.reason).toMatch(
      /20\.0 % slower than accepted \(p < 0\.001, bound 3\.0 %; 3 launches against 3\)/,
    );
  });

  test('says a faster arm, and does not fail it', () => {
    const faster = [...arm('default', { by: -0.2 }), ...arm('spectral')];
    expect(new Set(namesOf(faster))).toEqual(new Set(['weights reproduced']));
    expect(speedNotes(faster, accepted).at(-1)).toMatch(/low-rank-0\.1\.default.* is 18\.1 % faster than .*accept\.$/);
  });

  test('judges the dense step by itself: what slows all arms alike', () => {
    const last = check(both({ machine: Math.log(1.25) })).at(-1)!;
    expect(last).toMatchObject({
      id: null,
      verdict: 'regressed',
      lane: 'speed',
      quantity: 'dense step over fixed kernel',
    });
    expect(last.cell).toBe('dense step of resnet-20.generated');
    expect(last.reason).toContain('25.0 % slower');
    // Nights move the ratio of unlike computations by some percent.
    expect(new Set(namesOf(both({ machine: Math.log(1.08) })))).toEqual(new Set(['weights reproduced']));
  });

  test('counts the launches of a night’s fresh seeds to their arms', () => {
    const slow = arm('default', { by: Math.log(1.2) });
    const [fixed, ...fresh] = slow;
    expect(namesOf([fixed!], accepted, fresh)).toEqual(['speed regressed']);
    expect(check([fixed!], accepted, fresh)[0]!.reason).toContain('3 launches against 3');
  });
});

describe('a launch is left out', () => {
  const slow = { by: Math.log(1.5) };

  test('where it is void, and says so', () => {
    const voids = arm('default', { ...slow, launch: { void: ['the machine was unsteady'] } });
    const records = [...voids, ...arm('spectral')];
    expect(new Set(namesOf(records))).toEqual(new Set(['weights reproduced']));
    const [first, second] = speedNotes(records, accepted);
    expect(first).toMatch(/^Speed: of 6 launches, 3 void: low-rank-0\.1\.default\S* \(the machine was unsteady\), /);
    expect(second).toContain('1 arm not compared');
  });

  test('where the process was interrupted more often than any accepted one', () => {
    const often = arm('default', { ...slow, launch: { involuntary_switches_per_second: 40 } });
    expect(new Set(namesOf(often))).toEqual(new Set(['weights reproduced']));
    expect(speedNotes(often, accepted)[0]).toContain('interrupted 40.0 times a second, accepted 1.0');
    const busy = acceptRecords(both({ launch: { involuntary_switches_per_second: 50 } }), null, { why: 'busy', at });
    expect(namesOf(often, busy)).toContain('speed regressed');
  });

  test.each([
    ['another processor', { fingerprint: { ...fixtureRecord().fingerprint, processor: 'Other 6-1-1' } }],
    ['another version of Node', { launch: { runtime: 'node v24' } }],
  ])('on %s, even with portable arithmetic', (_, changes) => {
    const records = arm('default', { ...slow, ...changes });
    expect(namesOf(records).some((name) => name.startsWith('speed'))).toBe(false);
    expect(speedNotes(records, accepted)).toEqual([expect.stringContaining('of another machine')]);
  });

  test('where the baseline holds none, as those of before', () => {
    const without = both().map(({ launch: _, ...record }) => record as FinishedRecord);
    const older = acceptRecords(without, null, { why: 'older', at });
    expect(new Set(namesOf(both(slow), older))).toEqual(new Set(['weights reproduced']));
    expect(speedNotes(both(slow), older)).toEqual([
      'Speed: not compared, the baseline holds no launches; accept a run.',
    ]);
    expect(speedNotes(without, accepted)).toEqual([]);
    expect(speedNotes(both(), null)).toEqual([]);
  });

  test('by accept, where it is void', () => {
    const records = [...arm('default', { launch: { void: ['throttled'] } }), ...arm('spectral')];
    const { cells } = acceptRecords(records, null, { why: 'first', at });
    expect(cells.map(({ launch }) => launch !== undefined)).toEqual([false, false, false, true, true, true]);
  });
});
