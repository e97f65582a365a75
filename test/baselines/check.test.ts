import { describe, expect, it } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { groupByArm } from '../../baselines/arms.ts';
import type { Baseline, BaselineEntry } from '../../baselines/baseline.ts';
import { checkRecords, summarizeVerdicts } from '../../baselines/check.ts';
import type { CellRecord } from '../../harness/record.ts';
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
  return ofEarlierProgram(acceptRecords(records, null, 'a fixture', '2026-11-23T00:00:00.000Z'));
}

function checkOne(record: CellRecord, baseline: Baseline | null) {
  const [verdict] = checkRecords([record], baseline, { margin });
  if (!verdict) throw new Error('no verdict');
  return verdict;
}

/** The same cell trained anew: other weights, so the exact lane does not decide. */
function retrained(value: number, seed = 0, overrides: RecordOverrides = {}): CellRecord {
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
    const fallen = checkRecords([...shared, ...tuned([0.4, 0.4], 'b')], baseline, { margin });
    // With the shared arm's seeds the loss would be half as large.
    expect(fallen.map(({ verdict }) => verdict)).toEqual(['reproduced', 'reproduced', 'regressed', 'regressed']);
    expect(fallen[2]?.reason).toContain('10.00 points');
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

  it('names the changed fields where the baseline holds another configuration of the cell', () => {
    const training = { ...fixtureConfig().training, epochs: 3 };
    const verdict = checkOne(fixtureRecord({}, { training }), baselineOf(stored));
    expect(verdict.verdict).toBe('no-baseline');
    expect(verdict.reason).toContain('training.epochs: 2 -> 3');
  });
});

describe('exact counts', () => {
  it('takes the operations of a masked network as no count, and its parameters as counts', () => {
    const masked = { nonzero_parameters: 20_000, weights_digest: 'masked' };
    const baseline = baselineOf(fixtureRecord({ ...masked, macs: 1000 }));
    const other = { ...masked, weights_digest: 'elsewhere' };
    expect(checkOne(fixtureRecord({ ...other, macs: 1001 }), baseline).verdict).toBe('pass');
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

describe('other weights of the same program', () => {
  const same = acceptRecords([stored], null, 'a fixture', '2026-11-23T00:00:00.000Z');
  const again = fixtureRecord({ weights_digest: 'others', value: 0.56, best: 0.57 });

  it('are irreproducible in the same environment, whatever the value', () => {
    const verdict = checkOne(again, same);
    expect(verdict).toMatchObject({ verdict: 'irreproducible', expected: 0.55, measured: 0.56 });
    expect(verdict.reason).toContain('the same program in the same environment gave weights');
    expect(summarizeVerdicts([verdict]).outcome).toBe('regressed');
    expect(checkOne(stored, same).verdict).toBe('reproduced');
  });

  it.each([
    ['of another program', { ...again, program: 'new' }],
    ['in another environment', { ...again, fingerprint: { ...again.fingerprint, threads: 2 } }],
  ])('are judged by quality where they are %s', (_, record) => {
    expect(checkOne(record, same).verdict).toBe('pass');
  });

  it('are irreproducible on any processor where both were computed with portable arithmetic', () => {
    const portable = { ...stored, fingerprint: { ...stored.fingerprint, arithmetic: 'portable' as const } };
    const baseline = acceptRecords([portable], null, 'a fixture', '2026-11-23T00:00:00.000Z');
    const elsewhere = { ...portable.fingerprint, device: 'cpu: another', caches: 'L1 48K' };
    expect(checkOne({ ...again, fingerprint: elsewhere }, baseline).verdict).toBe('irreproducible');
    expect(checkOne({ ...portable, fingerprint: elsewhere }, baseline).verdict).toBe('reproduced');
    const native = { ...elsewhere, arithmetic: 'native' as const };
    expect(checkOne({ ...again, fingerprint: native }, baseline).verdict).toBe('pass');
  });

  it('are irreproducible where there are no weights and the measures differ', () => {
    const computed = fixtureRecord({ weights_digest: null });
    const baseline = acceptRecords([computed], null, 'a fixture', '2026-11-23T00:00:00.000Z');
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

  it('passes where the baseline diverged too', () => {
    expect(checkOne(diverged, baselineOf(diverged)).verdict).toBe('pass');
  });

  it('improves where only the baseline diverged', () => {
    const before = fixtureRecord({ status: 'diverged', value: null });
    expect(checkOne(stored, baselineOf(before)).verdict).toBe('improved');
  });

  it('keeps a diverged seed out of the mean of the others', () => {
    const baseline = baselineOf(stored, fixtureRecord({}, { seed: 1 }));
    const seeds = [retrained(0.54), fixtureRecord({ status: 'diverged', value: 0 }, { seed: 1 })];
    const verdicts = checkRecords(seeds, baseline, { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'regressed']);
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
    ['another environment', { fingerprint: { ...stored.fingerprint, instruction_set: 'avx512' } }],
    ['other weights', { weights_digest: 'other' }],
    ['no digest', { weights_digest: null }],
  ])('only passes with %s', (_, overrides) => {
    expect(checkOne(fixtureRecord(overrides), baselineOf(stored)).verdict).toBe('pass');
  });

  it('does not call missing digests on both sides equal', () => {
    const without = { weights_digest: null };
    const verdict = checkOne(fixtureRecord({ ...without, value: 0.56 }), baselineOf(fixtureRecord(without)));
    expect(verdict.verdict).toBe('pass');
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
    expect(verdict.reason).toContain('the record or the baseline was altered, or the evaluation changed');
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

  it('is inconclusive, naming both digests and values', () => {
    const verdict = checkOne(elsewhere, baselineOf(stored));
    expect(verdict).toMatchObject({ verdict: 'inconclusive', expected: 0.55, measured: 0.1 });
    for (const part of ['0123456789abcdef', 'fedcba9876543210', '55.00 %', '10.00 %'])
      expect(verdict.reason).toContain(part);
  });

  it('is inconclusive where a side has none', () => {
    const without = fixtureRecord({ fingerprint: { ...stored.fingerprint, data: '' } });
    expect(checkOne(without, baselineOf(stored)).verdict).toBe('inconclusive');
    expect(checkOne(stored, baselineOf(without)).verdict).toBe('inconclusive');
  });

  it('stays out of the mean of the other seeds', () => {
    const seeds = [elsewhere, retrained(0.55, 1)];
    const verdicts = checkRecords(seeds, baselineOf(stored, fixtureRecord({}, { seed: 1 })), { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass']);
  });
});

describe('the accuracy lane', () => {
  it.each([
    [0.53, 'pass'],
    [0.5299, 'regressed'],
    [0.57, 'pass'],
    [0.5701, 'improved'],
  ])('judges 0.55 -> %f with a margin of 0.02: %s', (value, expected) => {
    expect(checkOne(retrained(value), baselineOf(stored)).verdict).toBe(expected);
  });

  it('compares the mean over the seeds of an arm with the baseline of the same seeds', () => {
    const before = [0.5, 0.6, 0.9].map((value, seed) => fixtureRecord({ value }, { seed }));
    const after = [retrained(0.44, 0), retrained(0.6, 1)];
    const verdicts = checkRecords(after, baselineOf(...before), { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['regressed', 'regressed']);
    expect(verdicts[0]?.expected).toBeCloseTo(0.55, 12);
    expect(verdicts[0]?.measured).toBeCloseTo(0.52, 12);
    expect(verdicts[0]?.reason).toContain('mean of 2 seeds: 0, 1');
  });

  it('lets a drop of one seed pass that the others make up for', () => {
    const before = [0, 1].map((seed) => fixtureRecord({}, { seed }));
    const after = [retrained(0.51, 0), retrained(0.59, 1)];
    expect(checkRecords(after, baselineOf(...before), { margin }).map(({ verdict }) => verdict)).toEqual([
      'pass',
      'pass',
    ]);
  });

  it('does not mix arms', () => {
    const spectral = fixtureRecord({}, { init: 'spectral' });
    const after = [retrained(0.45), fixtureRecord({ value: 0.65, weights_digest: 'new' }, { init: 'spectral' })];
    const verdicts = checkRecords(after, baselineOf(stored, spectral), { margin });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['regressed', 'improved']);
  });
});

describe('summarizeVerdicts', () => {
  it.each([
    [['reproduced', 'pass', 'improved'], 'passed'],
    [['pass', 'regressed', 'inconclusive'], 'regressed'],
    [['failed'], 'regressed'],
    [['pass', 'inconclusive'], 'inconclusive'],
    [['pass', 'no-baseline'], 'inconclusive'],
    [[], 'passed'],
  ] as const)('%j: %s', (names, outcome) => {
    const summary = summarizeVerdicts(names.map((name) => fixtureVerdict(stored, name)));
    expect(summary.outcome).toBe(outcome);
    for (const name of names) expect(summary.counts[name]).toBe(1);
    expect(Object.values(summary.counts).reduce((a, b) => a + b)).toBe(names.length);
  });
});
