import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { groupByArm } from '../../baselines/arms.ts';
import type { Baseline, BaselineEntry } from '../../baselines/baseline.ts';
import { checkRecords, summarizeVerdicts } from '../../baselines/check.ts';
import type { Gate } from '../../baselines/gate.ts';
import type { CellRecord, FinishedRecord } from '../../harness/record.ts';
import { tunedRecords } from '../helpers/arms.ts';
import { ofEarlierProgram } from '../helpers/baselines.ts';
import {
  failedRecord,
  fixtureConfig,
  fixtureRecord,
  fixtureVerdict,
  type RecordOverrides,
} from '../helpers/records.ts';

const margin = 0.02;

function baselineOf(...records: CellRecord[]): Baseline {
  return ofEarlierProgram(acceptRecords(records, null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' }));
}

function checkOne(record: CellRecord, baseline: Baseline | null) {
  const [verdict] = checkRecords([record], baseline, { margin });
  if (!verdict) throw new Error('no verdict');
  return verdict;
}

/** The same cell trained anew: other weights, so the exact lane does not decide. */
function retrained(value: number, seed = 0, overrides: RecordOverrides = {}): FinishedRecord {
  return fixtureRecord({ value, weights_digest: `retrained ${seed}`, ...overrides }, { seed });
}

const stored = fixtureRecord();

/** The entry with another value of its gated metric. */
const valued =
  (value: number) =>
  (entry: BaselineEntry): BaselineEntry => ({ ...entry, measures: [{ ...entry.measures[0]!, value }] });

describe('an arm in both lanes', () => {
  // Tuning found the learning rate and λ that all have: only the lane tells these arms apart.
  const same = { learningRate: 0.1, decay: 0.0001 };
  const tuned = (values: number[], weights_digest: string) => tunedRecords(values, {}, same, { weights_digest });
  const shared = [0.5, 0.5].map((value, seed) => fixtureRecord({ value }, { seed }));

  it('is two arms: the seeds of one say nothing of the other', () => {
    expect(groupByArm([...shared, ...tuned([0.5, 0.5], 'a')]).size).toBe(2);
    const baseline = baselineOf(...shared, ...tuned([0.5, 0.5], 'a'));
    const fallen = checkRecords([...shared, ...tuned([0.2, 0.2], 'b')], baseline, { margin });
    // With the shared arm's seeds the loss would be half as large.
    expect(fallen.map(({ verdict }) => verdict)).toEqual(['reproduced', 'reproduced', 'regressed', 'regressed']);
    expect(fallen[2]?.reason).toContain('30.00 points');
  });

  it('is not in a baseline that has it in one lane only', () => {
    const [record] = tuned([0.5], 'a');
    expect(checkOne(record!, baselineOf(...shared))).toMatchObject({ verdict: 'no-baseline' });
    expect(checkOne(record!, baselineOf(...shared)).reason).toContain('does not hold this cell');
  });
});

describe('failures and missing baselines', () => {
  it('gives failed, with the error, to a record that failed', () => {
    expect(checkOne(failedRecord('out of memory'), baselineOf(stored))).toEqual({
      id: stored.id,
      cell: stored.cell,
      lane: 'run',
      bound: null,
      verdict: 'failed',
      reason: `${stored.cell}: failed: out of memory`,
      quantity: 'accuracy',
      expected: 0.55,
      measured: null,
    });
  });

  it('gives no-baseline, naming the remedy, where nothing is stored', () => {
    const verdict = checkOne(stored, null);
    expect(verdict).toMatchObject({ verdict: 'no-baseline', expected: null, measured: 0.55 });
    expect(verdict.reason).toContain('npm run accept');
  });

  it('gives no-baseline to a cell that the baseline does not hold', () => {
    const other = fixtureRecord({}, { init: 'spectral' });
    expect(checkOne(other, baselineOf(stored)).reason).toContain('does not hold this cell');
  });

  it('gives changed, naming the fields, where the baseline holds another configuration of the cell', () => {
    const training = { ...fixtureConfig().training, epochs: 3 };
    const verdict = checkOne(fixtureRecord({}, { training }), baselineOf(stored));
    expect(verdict).toMatchObject({ verdict: 'changed', lane: 'baseline' });
    expect(verdict.reason).toContain('training.epochs: 2 -> 3');
  });
});

describe('exact counts', () => {
  it('takes the operations of a masked network as no count, and its parameters as counts', () => {
    const masked = { nonzero_parameters: 20_000, weights_digest: 'masked' };
    const baseline = baselineOf(fixtureRecord({ ...masked, macs: 1000 }));
    const other = { ...masked, weights_digest: 'elsewhere' };
    expect(checkOne(fixtureRecord({ ...other, macs: 1001 }), baseline).verdict).toBe('drift');
    const fewer = fixtureRecord({ ...other, macs: 1000, nonzero_parameters: 19_999 });
    expect(checkOne(fewer, baseline).reason).toContain('nonzero_parameters expected 20000, measured 19999');
  });

  it.each(['parameters', 'nonzero_parameters', 'macs', 'ratio'] as const)('regresses on fewer or more %s', (name) => {
    // Nonzero parameters are parameters, and operations are counted where all are nonzero.
    const room = name.endsWith('parameters') ? { parameters: 30_000 } : {};
    const held = fixtureRecord(room);
    const before = held[name] ?? 0;
    for (const measured of [before / 1.00001, before + 1].map((n) => (name === 'ratio' ? n : Math.floor(n)))) {
      const verdict = checkOne(fixtureRecord({ ...room, [name]: measured }), baselineOf(held));
      expect(verdict).toMatchObject({ verdict: 'regressed', expected: before, measured });
      expect(verdict.reason).toContain(stored.cell);
      expect(verdict.reason).toContain(`${name} expected ${before}, measured ${measured}`);
      expect(verdict.reason).toContain('needs accept');
    }
  });

  it('regresses where a stored count was not measured', () => {
    expect(checkOne(fixtureRecord({ macs: null }), baselineOf(stored)).reason).toContain(
      'macs expected 4301120, measured nothing',
    );
  });

  it('does not compare a count that the baseline lacks', () => {
    expect(checkOne(stored, baselineOf(fixtureRecord({ macs: null }))).verdict).toBe('reproduced');
  });
});

describe('equal weights', () => {
  const accepted = fixtureRecord({ best: 0.56, train_loss: 1.25 });
  const same = acceptRecords([accepted], null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' });

  it.each([
    [
      { best: 0.99, train_loss: 1.25 },
      'accuracy at the chosen epoch expected 56.00 %, measured 99.00 % (+43.00 points), though',
    ],
    [{ best: 0.56, train_loss: 99 }, 'train_loss expected 1.25, measured 99, though the weights are bit-identical'],
  ])('regress where they give another value beside the gated one: %j', (own, says) => {
    expect(checkOne(accepted, same).verdict).toBe('reproduced');
    const verdict = checkOne(fixtureRecord(own), same);
    expect(verdict).toMatchObject({ verdict: 'regressed', lane: 'weights' });
    expect(verdict.reason).toContain(says);
  });
});

describe('other weights of the same program', () => {
  const same = acceptRecords([stored], null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' });
  const again = fixtureRecord({ weights_digest: 'others', value: 0.56, best: 0.57 });

  it('are irreproducible in the same environment, whatever the value', () => {
    const verdict = checkOne(again, same);
    expect(verdict).toMatchObject({ verdict: 'irreproducible', expected: 0.55, measured: 0.56 });
    expect(verdict.reason).toContain('the same program in the same environment gave weights');
    expect(summarizeVerdicts([verdict]).outcome).toBe('regressed');
    expect(checkOne(stored, same).verdict).toBe('reproduced');
  });

  it.each([
    ['of another program', { ...again, program: 'new' }, 'drift'],
    ['in another environment', { ...again, fingerprint: { ...again.fingerprint, threads: 2 } }, 'pass'],
  ])('are judged by quality where they are %s', (_, record, verdict) => {
    expect(checkOne(record, same).verdict).toBe(verdict);
  });

  it('are irreproducible on any processor where both were computed with portable arithmetic', () => {
    const portable = { ...stored, fingerprint: { ...stored.fingerprint, arithmetic: 'portable' as const } };
    const baseline = acceptRecords([portable], null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' });
    const elsewhere = { ...portable.fingerprint, device: 'cpu: another', caches: 'L1 48K' };
    expect(checkOne({ ...again, fingerprint: elsewhere }, baseline).verdict).toBe('irreproducible');
    expect(checkOne({ ...portable, fingerprint: elsewhere }, baseline).verdict).toBe('reproduced');
    const native = { ...elsewhere, arithmetic: 'native' as const };
    expect(checkOne({ ...again, fingerprint: native }, baseline).verdict).toBe('pass');
  });

  it('are irreproducible where there are no weights and the measures differ', () => {
    const computed = fixtureRecord({ weights_digest: null });
    const baseline = acceptRecords([computed], null, { why: 'a fixture', at: '2026-11-23T00:00:00.000Z' });
    expect(checkOne(computed, baseline).verdict).toBe('reproduced');
    expect(checkOne(fixtureRecord({ weights_digest: null, value: 0.5 }), baseline).verdict).toBe('irreproducible');
  });
});

describe('divergence', () => {
  const diverged = fixtureRecord({ status: 'diverged', value: null, weights_digest: null, macs: null });

  it('regresses where the baseline completed', () => {
    const verdict = checkOne(diverged, baselineOf(stored));
    expect(verdict).toMatchObject({ verdict: 'regressed', expected: 0.55, measured: null });
    expect(verdict.reason).toContain('diverged, expected accuracy 55.00 %');
  });

  it('reproduces where the baseline diverged here too, and passes where it did elsewhere', () => {
    expect(checkOne(diverged, baselineOf(diverged)).verdict).toBe('reproduced');
    const elsewhere = { ...diverged, fingerprint: { ...diverged.fingerprint, threads: 2 } };
    expect(checkOne(elsewhere, baselineOf(diverged)).verdict).toBe('pass');
  });

  it('is better where only the baseline diverged', () => {
    const before = fixtureRecord({ status: 'diverged', value: null });
    expect(checkOne(stored, baselineOf(before)).verdict).toBe('better');
  });

  it('of as many seeds as were accepted passes, of more is not decided', () => {
    const lost = (seed: number, threads = 1) =>
      fixtureRecord({ status: 'diverged', value: null, fingerprint: { ...stored.fingerprint, threads } }, { seed });
    const baseline = baselineOf(stored, fixtureRecord({}, { seed: 1 }), lost(2));
    const check = (...records: CellRecord[]) =>
      checkRecords(records, baseline, { margin }).map(({ verdict }) => verdict);
    expect(check(lost(0, 2), retrained(0.55, 1), retrained(0.55, 2))).toEqual(['pass', 'drift', 'pass']);
    expect(check(lost(0, 2), lost(1, 2), retrained(0.55, 2))).toEqual(['inconclusive', 'inconclusive', 'pass']);
  });

  it('keeps a diverged seed out of the mean of the others', () => {
    const baseline = baselineOf(stored, fixtureRecord({}, { seed: 1 }));
    const seeds = [retrained(0.54), fixtureRecord({ status: 'diverged', value: 0 }, { seed: 1 })];
    const verdicts = checkRecords(seeds, baseline, { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['drift', 'regressed']);
    expect(verdicts[1]?.reason).toContain(
      '0 of 2 accepted seeds did, 1 of 2 now. Run this cell here with the accepted',
    );
    expect(verdicts[0]?.measured).toBeCloseTo(0.54, 12);
  });
});

describe('the exact lane', () => {
  it('reproduces with equal fingerprint, digest and value', () => {
    expect(checkOne(stored, baselineOf(stored))).toMatchObject({
      verdict: 'reproduced',
      expected: 0.55,
      measured: 0.55,
    });
  });

  it.each([
    ['another environment', { fingerprint: { ...stored.fingerprint, instruction_set: 'avx512' } }, 'pass'],
    ['other weights', { weights_digest: 'other' }, 'drift'],
    ['no digest', { weights_digest: null }, 'drift'],
  ])('does not reproduce with %s', (_, overrides, verdict) => {
    expect(checkOne(fixtureRecord(overrides), baselineOf(stored)).verdict).toBe(verdict);
  });

  it('does not call missing digests on both sides equal', () => {
    const without = { weights_digest: null };
    const verdict = checkOne(fixtureRecord({ ...without, value: 0.56 }), baselineOf(fixtureRecord(without)));
    expect(verdict.verdict).toBe('drift');
    expect(verdict.reason).not.toContain('bit-identical');
  });

  it('says drift where the environment is the same and the weights are not', () => {
    expect(checkOne(retrained(0.55), baselineOf(stored)).reason).toContain('Drift');
  });

  it('regresses naming cell, expected and measured where the baseline was edited 10 points better', () => {
    const baseline = baselineOf(stored);
    const edited = { ...baseline, cells: baseline.cells.map(valued(0.65)) };
    const verdict = checkOne(stored, edited);
    expect(verdict).toMatchObject({ verdict: 'regressed', expected: 0.65, measured: 0.55 });
    expect(verdict.reason).toContain(`${stored.cell}: accuracy expected 65.00 %, measured 55.00 % (-10.00 points`);
    expect(verdict.reason).toContain(
      'the record or the baseline was altered, or the evaluation or the choice of an epoch changed',
    );
  });

  it('does not let other seeds hide one edited entry', () => {
    const seeds = [0, 1, 2, 3, 4, 5].map((seed) => fixtureRecord({}, { seed }));
    const baseline = baselineOf(...seeds);
    const edited = { ...baseline, cells: baseline.cells.map((e) => (e.seed === 3 ? valued(0.65)(e) : e)) };
    const verdicts = checkRecords(seeds, edited, { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'reproduced',
      'reproduced',
      'reproduced',
      'regressed',
      'reproduced',
      'reproduced',
    ]);
  });
});

describe('other data', () => {
  const elsewhere = fixtureRecord({ fingerprint: { ...stored.fingerprint, data: 'fedcba9876543210' }, value: 0.1 });

  it('is other-data, naming both digests and showing both values', () => {
    const verdict = checkOne(elsewhere, baselineOf(stored));
    expect(verdict).toMatchObject({ verdict: 'other-data', expected: 0.55, measured: 0.1 });
    for (const part of ['0123456789abcdef', 'fedcba9876543210', 'beside it: npm run accept'])
      expect(verdict.reason).toContain(part);
  });

  it('is other-data where a side has none', () => {
    const without = fixtureRecord({ fingerprint: { ...stored.fingerprint, data: '' } });
    expect(checkOne(without, baselineOf(stored)).verdict).toBe('other-data');
    expect(checkOne(stored, baselineOf(without)).verdict).toBe('other-data');
  });

  it('stays out of the mean of the other seeds', () => {
    const seeds = [elsewhere, retrained(0.55, 1)];
    const verdicts = checkRecords(seeds, baselineOf(stored, fixtureRecord({}, { seed: 1 })), { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['other-data', 'drift']);
  });

  it('beside the accepted ones meets its own entries', () => {
    const both = baselineOf(stored, elsewhere);
    expect(both.cells).toHaveLength(2);
    expect(checkRecords([stored, elsewhere], both, { margin }).map(({ verdict }) => verdict)).toEqual([
      'reproduced',
      'reproduced',
    ]);
  });
});

describe('quality of a short profile', () => {
  it.each([
    [0.275, 'drift'],
    [0.2749, 'regressed'],
    [0.99, 'drift'],
  ])('asks only whether it learned, half of what was accepted: 0.55 -> %f is %s', (value, expected) => {
    const verdict = checkOne(retrained(value), baselineOf(stored));
    expect(verdict).toMatchObject({ verdict: expected, bound: 0.275 });
    expect(verdict.reason).toContain('this profile asks only whether it learned: 27.50 % at least');
  });

  it('goes by the mean over seeds', () => {
    const before = [0, 1].map((seed) => fixtureRecord({}, { seed }));
    const after = [retrained(0.26, 0), retrained(0.3, 1)];
    expect(checkRecords(after, baselineOf(...before), { margin }).map(({ verdict }) => verdict)).toEqual([
      'drift',
      'drift',
    ]);
  });
});

describe('quality', () => {
  /** An arm of a nightly by its values. */
  const nightly = (values: readonly number[], init: 'default' | 'spectral', retrain: string | null = null) =>
    values.map((value, seed) => {
      const digest = retrain === null ? {} : { weights_digest: `${retrain} ${init} ${seed}` };
      return fixtureRecord({ value, profile: 'nightly', ...digest }, { seed, init });
    });
  const before = [...nightly([0.54, 0.55, 0.56], 'default'), ...nightly([0.64, 0.65, 0.66], 'spectral')];
  const check = (...records: CellRecord[]) => checkRecords(records, baselineOf(...before), { margin });
  const verdictsOf = (...records: CellRecord[]) => check(...records).map(({ verdict }) => verdict);

  it('tests the arm, all its accepted seeds against all of this run, and no other', () => {
    const [fallen, equal] = [nightly([0.3, 0.31, 0.29], 'default', 'b'), nightly([0.65, 0.64, 0.66], 'spectral', 'b')];
    const verdicts = check(...fallen, ...equal).filter(({ id }) => id !== null);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'regressed',
      'regressed',
      'regressed',
      ...equal.map(() => 'drift'),
    ]);
    expect(verdicts[0]).toMatchObject({ lane: 'quality', expected: 0.55, measured: 0.3 });
    expect(verdicts[0]?.bound).toBeCloseTo(0.53, 12);
    expect(verdicts[0]?.reason).toMatch(/3 seeds against 3 accepted; p < 0\.001; loss at most .* margin 2\.00 points/);
    expect(verdicts[0]?.reason).toContain('Find the change that did it, or accept it. Drift: another program');
  });

  it('passes with a loss that is surely below the margin', () => {
    const wide = checkRecords(nightly([0.55, 0.54, 0.56], 'default', 'b'), baselineOf(...before), { margin: 0.05 });
    expect(wide.map(({ verdict }) => verdict)).toEqual(['drift', 'drift', 'drift']);
    const elsewhere = { ...stored.fingerprint, threads: 2 };
    const there = nightly([0.55, 0.54, 0.56], 'default', 'b').map((record) => ({ ...record, fingerprint: elsewhere }));
    expect(checkRecords(there, baselineOf(...before), { margin: 0.05 }).map(({ verdict }) => verdict)).toEqual([
      'pass',
      'pass',
      'pass',
    ]);
  });

  it('says better, which fails nothing', () => {
    const verdicts = check(...nightly([0.8, 0.81, 0.79], 'default', 'b'));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['better', 'better', 'better']);
    expect(summarizeVerdicts(verdicts).outcome).toBe('passed');
  });

  it('asks nothing of seeds that repeat their bits', () => {
    expect(verdictsOf(...before)).toEqual(before.map(() => 'reproduced'));
  });

  it('cannot tell how much an arm spreads from one seed of each', () => {
    const single = (value: number, retrain: string | null) =>
      nightly([value], 'default', retrain).map((record) => ({ ...record, profile: 'paper' as const }));
    const one = [single(0.55, null), single(0.4, 'b')] as const;
    const [verdict] = checkRecords(one[1], baselineOf(...one[0]), { margin });
    expect(verdict).toMatchObject({ verdict: 'inconclusive', lane: 'quality' });
    expect(verdict?.reason).toContain('no arm has two seeds');
  });

  it('regresses where the training loss rose, though the metric is as it was', () => {
    const rising = (loss: number, seed: number, digest: string) =>
      fixtureRecord(
        { value: 0.55 + 0.01 * seed, train_loss: loss + 0.01 * seed, profile: 'nightly', weights_digest: digest },
        { seed },
      );
    const [was, is] = [
      [0, 1, 2].map((seed) => rising(1, seed, `a${seed}`)),
      [0, 1, 2].map((seed) => rising(2, seed, `b${seed}`)),
    ];
    const [verdict] = checkRecords(is, baselineOf(...was), { margin: 0.05 });
    expect(verdict).toMatchObject({ verdict: 'regressed', quantity: 'train_loss', expected: 1.01, measured: 2.01 });
  });

  it('says of a group what no arm of it shows alone', () => {
    const inits = ['default', 'spectral', 'iid'] as const;
    const arms = (lost: number, retrain: string | null) =>
      [0.1, 0.2, 0.3, 0.4].flatMap((budget, turn) =>
        inits.flatMap((init) =>
          [0, 1, 2].map((seed) =>
            fixtureRecord(
              {
                value: 0.5 + 0.02 * ((seed + turn) % 3) + 0.001 * seed - lost * (retrain === null ? 0 : 1),
                profile: 'nightly',
                train_loss: null,
                weights_digest: `${retrain} ${init} ${budget} ${seed}`,
              },
              { init, budget, seed },
            ),
          ),
        ),
      );
    const verdicts = checkRecords(arms(0.02, 'b'), baselineOf(...arms(0, null)), { margin });
    const groups = verdicts.filter(({ id }) => id === null);
    expect(groups.map(({ cell, verdict }) => [cell, verdict])).toContainEqual(['all arms (12 arms)', 'regressed']);
    expect(groups[0]?.reason).toContain('standard deviations in the mean over its arms');
    expect(verdicts.filter(({ id }) => id !== null).every(({ verdict }) => verdict !== 'regressed')).toBe(true);
    expect(summarizeVerdicts(verdicts).outcome).toBe('regressed');
  });
});

describe('the gated set', () => {
  const gate = (planned: readonly CellRecord[], isAsked: Gate['isAsked'] = () => true): Gate => ({
    planned: new Set(planned.map(({ cell }) => cell)),
    isAsked,
  });
  const gone = fixtureRecord({}, { init: 'spectral' });
  const baseline = baselineOf(stored, gone);

  it('says what the baseline holds and the profile plans no more', () => {
    const verdicts = checkRecords([stored], baseline, { margin, gate: gate([stored]) });
    expect(verdicts.map(({ cell, verdict }) => [cell, verdict])).toEqual([
      [stored.cell, 'reproduced'],
      [gone.cell, 'removed'],
    ]);
    expect(verdicts[1]).toMatchObject({ id: gone.id, lane: 'baseline', expected: 0.55, measured: null });
    expect(verdicts[1]?.reason).toContain('drop it: npm run accept -- compression --profile smoke --why TEXT');
    const narrowed = gate([stored], (cell) => cell === stored.cell);
    expect(checkRecords([stored], baseline, { margin, gate: narrowed })).toHaveLength(1);
  });

  it('misses no seeds that a run leaves out, and none beyond the profile', () => {
    const more = baselineOf(stored, fixtureRecord({}, { seed: 1 }), fixtureRecord({}, { seed: 7 }));
    expect(checkRecords([stored], more, { margin, gate: gate([stored, fixtureRecord({}, { seed: 1 })]) })).toHaveLength(
      1,
    );
  });

  it('judges further seeds of an accepted arm by quality, on its data', () => {
    const extra = retrained(0.5, 3);
    const verdict = (records: CellRecord[], planned: CellRecord[]) =>
      checkRecords(records, baseline, { margin, gate: gate(planned) })[0];
    expect(verdict([extra], [stored, gone])).toMatchObject({ verdict: 'pass', lane: 'quality', expected: 0.55 });
    // A fixed one must have an entry of its own.
    expect(verdict([extra], [stored, gone, extra])).toMatchObject({ verdict: 'no-baseline' });
    const other = { ...extra, fingerprint: { ...extra.fingerprint, data: 'other' } };
    expect(verdict([other], [stored, gone])).toMatchObject({ verdict: 'other-data' });
  });

  it('leaves out cells that neither the profile nor the baseline holds, unless they are inexact', () => {
    const joined = fixtureRecord({}, { regularizer: 'none' });
    expect(checkRecords([joined], baseline, { margin, gate: gate([stored, gone]) })).toEqual([]);
    const inexact = { ...joined, checks: [{ name: 'sum', expected: 1, measured: 2, tolerance: 0 }] };
    expect(checkRecords([inexact], baseline, { margin, gate: gate([stored, gone]) })).toMatchObject([
      { verdict: 'regressed', lane: 'exactness' },
    ]);
  });
});

describe('summarizeVerdicts', () => {
  it.each([
    [['reproduced', 'pass', 'better'], 'passed'],
    [['pass', 'regressed', 'inconclusive'], 'regressed'],
    [['failed'], 'regressed'],
    [['pass', 'inconclusive'], 'inconclusive'],
    [['pass', 'inconclusive', 'no-baseline'], 'unaccepted'],
    [['removed'], 'unaccepted'],
    [['drift', 'better'], 'passed'],
    [[], 'passed'],
  ] as const)('%j: %s', (names, outcome) => {
    const summary = summarizeVerdicts(names.map((name) => fixtureVerdict(stored, name)));
    expect(summary.outcome).toBe(outcome);
    for (const name of names) expect(summary.counts[name]).toBe(1);
    expect(Object.values(summary.counts).reduce((a, b) => a + b)).toBe(names.length);
  });
});
