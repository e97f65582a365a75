import { describe, expect, test } from 'vitest';
import { acceptRecords } from '../../baselines/accept.ts';
import { withTolerances } from '../../baselines/complete.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { firstStepTolerances } from '../../baselines/first-step-tolerances.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';
import { fixtureRecord } from '../helpers/records.ts';

type FirstSteps = Definition['first_steps'];
const base = fixtureDefinition().first_steps;
const steps = (changes: Partial<FirstSteps>): FirstSteps => ({ ...base, arithmetic: 'native', ...changes });
const definition = (changes: Partial<FirstSteps>) => fixtureDefinition({ first_steps: steps(changes) });

describe('tolerances of first steps', () => {
  test('are ten times the largest differences over the environments', () => {
    const found = firstStepTolerances(base, [
      steps({ losses: [2.0002, 1.5, 1.01] }),
      steps({ losses: [1.9996, 1.5003, 1] }),
      // Its norm moves by 0.002 of 1, its projection by 0.004 of a norm of 2.
      steps({ values: { 'a.weight': '1.002 0.5 2 -1.004 1.1 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2' } }),
    ])!;
    expect(found.losses).toEqual([0.002, 0.002, 0.1]);
    expect(found.variables[0]).toBeCloseTo((10 * 0.002) / 1.002, 3);
    expect(found.variables.slice(1)).toEqual([0, 0]);
  });

  test('say nothing of environments with other masks, or of none', () => {
    const masked = (ones: string): Partial<FirstSteps> => ({
      values: { 'a.weight': '1 0.5 1 0.5 1 0.5', 'a.weight.mask': `${ones} 2 ${ones} 2 ${ones} 2` },
    });
    const reference = { ...base, ...masked('3') };
    expect(firstStepTolerances(reference, [steps({ ...masked('4'), losses: [3, 3, 3] })])).toBeNull();
    expect(firstStepTolerances(reference, [])).toBeNull();
    expect(firstStepTolerances(reference, [steps(masked('3'))])?.losses).toEqual([0, 0, 0]);
  });

  const tolerances = { losses: [0.002, 0, 0], variables: [0.02, 0, 0] };
  const differs = (changes: Partial<FirstSteps>) =>
    firstStepDifference(fixtureDefinition(), definition(changes), tolerances);

  test('widen what losses may differ by in other arithmetic, never what equal arithmetic may', () => {
    expect(differs({ losses: [2.0039, 1.5, 1] })).toBeNull();
    expect(differs({ losses: [2.0041, 1.5, 1] })).toMatchObject({ step: 1, what: 'loss' });
    expect(differs({ losses: [2, 1.50008, 1] })).toBeNull();
    expect(differs({ losses: [2.0039, 1.5, 1], arithmetic: 'portable' })).toMatchObject({ step: 1, what: 'loss' });
  });

  test('narrow what single variables may, to no less than the least tolerance', () => {
    const moved = (norm: number) => ({ values: { 'a.weight': `${norm} 0.5 2 -1 1.1 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2` } });
    expect(differs(moved(1.019))).toBeNull();
    expect(differs(moved(1.021))).toMatchObject({ step: 1, what: 'norm of a.weight' });
    expect(firstStepDifference(fixtureDefinition(), definition(moved(1.021)))).toBeNull();
    const later = (norm: number) => ({ values: { 'a.weight': `1 0.5 2 -1 ${norm} 0.6 2.1 -1.1 1.2 0.7 2.2 -1.2` } });
    expect(differs(later(1.10005))).toBeNull();
    expect(differs(later(1.1001))).toMatchObject({ step: 2, what: 'norm of a.weight' });
  });
});

describe('a baseline with tolerances', () => {
  const { data } = fixtureRecord().fingerprint;
  const own = fixtureDefinition({ data });
  const record = fixtureRecord({ definition: own });
  const why = { why: 'first', at: '2026-11-23T00:00:00.000Z' };
  const baseline = acceptRecords([record], null, why);
  const others = [{ ...own, first_steps: steps({ losses: [2.0002, 1.5, 1] }) }];
  const played = (reference: Definition) => new Map([[record.id, { reference, others }]]);

  test('gains them where this program defines what is stored, and keeps its history', () => {
    const { baseline: next, stored, others: left } = withTolerances(baseline, played(own));
    expect([stored, left]).toEqual([[record.cell], []]);
    expect(next.cells[0]!.first_step_tolerances).toEqual({ losses: [0.001, 0, 0], variables: [0, 0, 0] });
    expect(next.history).toBe(baseline.history);
    const changed = { ...own, rates: '0.2*6', drawn: { ...own.drawn, 'learning rate': '00000000' } };
    expect(withTolerances(baseline, played(changed))).toEqual({ baseline, stored: [], others: [record.cell] });
    expect(withTolerances(baseline, new Map()).baseline).toBe(baseline);
  });

  test('keeps them when other results of the same steps are accepted, and none of other steps', () => {
    const { baseline: tolerant } = withTolerances(baseline, played(own));
    expect(acceptRecords([record], tolerant, why)).toBe(tolerant);
    const better = fixtureRecord({ definition: own, value: 0.7, weights_digest: 'new' });
    const accepted = acceptRecords([better], tolerant, why);
    expect(accepted.cells[0]!.first_step_tolerances).toEqual(tolerant.cells[0]!.first_step_tolerances);
    const graphs = own.graphs.with(0, { ...own.graphs[0]!, digest: 'ff' });
    const other = fixtureRecord({ definition: { ...own, graphs }, value: 0.7, weights_digest: 'new' });
    expect(acceptRecords([other], tolerant, why).cells[0]!.first_step_tolerances).toBeUndefined();
  });
});
