import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import { completeBaseline } from '../../baselines/complete.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';
import { fixtureRecord } from '../helpers/records.ts';

const at = '2026-11-23T00:00:00.000Z';
const { data } = fixtureRecord().fingerprint;
const definition = fixtureDefinition({ data });
const recordWith = (changes: Partial<Definition>) => fixtureRecord({ definition: { ...definition, ...changes } });
const accepted = acceptRecords([recordWith({})], null, { why: 'first', at });
const verdictOf = (record: ReturnType<typeof fixtureRecord>, baseline = accepted) =>
  checkRecords([record], baseline, { margin: 0.02 })[0]!;

describe('the definition lane', () => {
  test('leaves a cell with the baseline’s definition to the others', () => {
    expect(verdictOf(recordWith({})).verdict).toBe('reproduced');
  });

  test('is asked before equal weights, and tells what changed', () => {
    const { verdict, reason } = verdictOf(recordWith({ rates: '0.1*6', drawn: { 'learning rate': '9'.repeat(16) } }));
    expect(verdict).toBe('changed');
    expect(reason).toContain('learning rate from step 5 on: 0.1 instead of 0.01');
  });

  test('finds the same computation that gives other numbers', () => {
    const first_steps = { ...definition.first_steps, losses: [2, 1.6, 1] };
    const outcome = verdictOf(recordWith({ first_steps }));
    expect(outcome).toMatchObject({ verdict: 'regressed', quantity: 'loss', expected: 1.5, measured: 1.6 });
    expect(outcome.reason).toContain('step 2: loss expected 1.5, measured 1.6');
  });

  test('compares neither with other data, nor with an entry that has no definition', () => {
    expect(verdictOf(recordWith({ data: 'fedcba9876543210', facts: {} })).verdict).toBe('reproduced');
    const older = acceptRecords([fixtureRecord()], null, { why: 'first', at });
    expect(verdictOf(recordWith({}), older).verdict).toBe('reproduced');
    expect(verdictOf(fixtureRecord(), older).verdict).toBe('reproduced');
  });

  test('calls a record changed that tells no definition where the baseline has one', () => {
    const outcome = verdictOf(fixtureRecord());
    expect(outcome).toMatchObject({ verdict: 'changed', lane: 'definition' });
    expect(outcome.reason).toContain('tells no definition, which the baseline holds');
  });
});

describe('completeBaseline', () => {
  const older = acceptRecords([fixtureRecord(), fixtureRecord({}, { seed: 1 })], null, { why: 'first', at });
  const [first, second] = older.cells as [(typeof older.cells)[number], (typeof older.cells)[number]];

  test('adds definitions to entries that have none, and keeps their results', () => {
    const { baseline, completed, others } = completeBaseline(older, new Map([[first.id, definition]]));
    expect(baseline.cells).toEqual([{ ...first, definition }, second]);
    expect([completed, others]).toEqual([[first.cell], []]);
    expect(baseline.history).toEqual(older.history);
  });

  test('leaves alone what has one, what was measured on other data, and what it is given nothing for', () => {
    const other = { ...definition, data: 'fedcba9876543210' };
    const given = completeBaseline(older, new Map([[second.id, other]]));
    expect(given).toEqual({ baseline: older, completed: [], others: [second.cell] });
    expect(completeBaseline(accepted, new Map([[first.id, { ...definition, facts: {} }]])).baseline).toBe(accepted);
  });
});
