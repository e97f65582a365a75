import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { checkRecords } from '../../baselines/check.ts';
import { countChanges } from '../../baselines/count-changes.ts';
import { definitionOutcome } from '../../baselines/lanes/definition.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';
import { fixturePoint, fixtureRecord, type RecordOverrides } from '../helpers/records.ts';

const before = fixtureDefinition();
const withCounts = (counts: Record<string, number>) => fixtureDefinition({ counts: { ...before.counts, ...counts } });

describe('countChanges', () => {
  test('are none of one definition', () => {
    expect(countChanges(before, fixtureDefinition())).toEqual([]);
  });

  test.each([7, 5])('tell a count in either direction: %s steps instead of 6', (steps) => {
    expect(countChanges(before, withCounts({ steps }))).toEqual([{ name: 'steps', expected: 6, measured: steps }]);
  });

  test('leave out the bytes that kernels reserve, and nothing more', () => {
    const bytes = (count: number) => countChanges(before, withCounts({ 'bytes that a training step adds': count }));
    expect(bytes(1e6 + 10)).toEqual([]);
    expect(bytes(1e6 + 20)).toHaveLength(1);
    expect(bytes(2e6)).toHaveLength(1);
  });

  test('tell nodes by operation, over the graphs of a training, and no constants', () => {
    const [train, evaluation] = before.graphs;
    const graph = (operations: string) => fixtureDefinition({ graphs: [{ ...train!, operations }, evaluation!] });
    expect(countChanges(before, graph('2 Mul; 1 Mul x=1; 2 const float32 [] 0.8'))).toEqual([]);
    expect(countChanges(before, graph('3 Mul; 1 Add; 2 const float32 [] 0.9'))).toEqual([
      { name: 'train: graph nodes of Add', expected: 0, measured: 1 },
    ]);
    expect(countChanges(before, graph('2 const float32 [] 0.9'))).toEqual([
      { name: 'train: graph nodes of Mul', expected: 3, measured: 0 },
    ]);
  });

  test('compare no count that the accepted definition does not tell yet, and miss one that is told no more', () => {
    expect(countChanges(before, withCounts({ 'new count': 3 }))).toEqual([]);
    expect(countChanges(withCounts({ old: 3 }), before)).toEqual([{ name: 'old', expected: 3, measured: 0 }]);
  });
});

describe('the counts lane', () => {
  const at = '2026-11-23T00:00:00.000Z';
  const { data } = fixtureRecord().fingerprint;
  const definition = { ...before, data };
  const stored = fixtureRecord({ definition });
  const accepted = acceptRecords([stored], null, { why: 'first', at });
  const verdictOf = (overrides: RecordOverrides, baseline = accepted) =>
    checkRecords([fixtureRecord({ definition, ...overrides })], baseline, { margin: 0.02 })[0]!;

  test('regresses on a definition’s counts, behind equal weights', () => {
    expect(verdictOf({})).toMatchObject({ verdict: 'reproduced' });
    const more = verdictOf({ definition: { ...definition, counts: { ...definition.counts, steps: 7 } } });
    expect(more).toMatchObject({ verdict: 'regressed', lane: 'counts', quantity: 'steps', expected: 6, measured: 7 });
    expect(more.reason).toContain('needs accept');
  });

  test.each([2 * 104857600, 104857600 / 2])('regresses on a tensor peak of %s instead of 104857600', (peak) => {
    const verdict = verdictOf({ tensor_peak_bytes: peak });
    expect(verdict).toMatchObject({ verdict: 'regressed', lane: 'counts', quantity: 'tensor_peak_bytes' });
  });

  test('regresses where the tensor peak is not measured any more, unless training diverged', () => {
    expect(verdictOf({ tensor_peak_bytes: null })).toMatchObject({ quantity: 'tensor_peak_bytes', measured: null });
    const diverged = verdictOf({ tensor_peak_bytes: null, status: 'diverged', weights_digest: null });
    expect(diverged.quantity).not.toBe('tensor_peak_bytes');
  });

  test('compares tensor peaks within an environment, and with entries that have one', () => {
    const elsewhere = { ...stored.fingerprint, device: 'gpu' };
    expect(verdictOf({ tensor_peak_bytes: 1, fingerprint: elsewhere }).verdict).not.toBe('regressed');
    const { tensor_peak_bytes: _, ...older } = accepted.cells[0]!;
    expect(verdictOf({ tensor_peak_bytes: 1 }, { ...accepted, cells: [older] }).verdict).toBe('reproduced');
  });

  test('regresses on a record that holds more values', () => {
    const curve = [1, 2].map((epoch) => fixturePoint(epoch, { another: 1 }));
    expect(verdictOf({ curve })).toMatchObject({ verdict: 'regressed', quantity: 'values in the record' });
  });

  test('is told of beside another definition, which hides no count', () => {
    const graphs = definition.graphs.map((graph) => ({ ...graph, digest: 'ee', operations: '4 Mul' }));
    const verdict = verdictOf({ definition: { ...definition, graphs } });
    expect(verdict).toMatchObject({ verdict: 'regressed', lane: 'counts' });
    expect(verdict.reason).toContain('Also, it computes something else than the baseline');
  });

  test('speaks where definitions alone are compared', () => {
    const other = { ...definition, counts: { ...definition.counts, steps: 7 } };
    expect(definitionOutcome({ kind: 'image', definition: other }, accepted.cells[0]!)).toMatchObject({
      verdict: 'regressed',
      lane: 'counts',
      differences: ['steps: 7 instead of 6'],
    });
  });
});
