import { describe, expect, it } from 'vitest';
import { coverageOf, idsOf, lacksOf, owedCells } from '../../../harness/run/records/coverage.ts';
import { fixtureRunFile } from '../../helpers/run-file.ts';
import { fixtureCell, recordOfCell } from '../helpers.ts';

const [a, b, c] = ['a', 'b', 'c'].map((method) => fixtureCell(method)) as [FixtureCell, FixtureCell, FixtureCell];
type FixtureCell = ReturnType<typeof fixtureCell>;
const plan = [a, b, c];

describe('the cells that a folder owes', () => {
  it('are those of its run, in the plan’s order', () => {
    expect(Object.entries(owedCells([c, a], plan, null))).toEqual(Object.entries(idsOf([a, c])));
  });

  it('are also those of earlier runs that the plan still holds, as it configures them now', () => {
    const changed = fixtureCell('b', {}, { budget: 0.2 });
    const earlier = fixtureRunFile(plan, { planned_cells: idsOf([b, fixtureCell('gone')]) });
    expect(owedCells([a], [a, changed, c], earlier)).toEqual(idsOf([a, changed]));
  });

  it('are those of its run where the plan does not hold them', () => {
    expect(owedCells([a, b], [a], null)).toEqual(idsOf([a, b]));
  });
});

const asked = { suite: 'compression', profile: 'smoke' };

describe('what a folder holds of them', () => {
  it('is not known where run.json names fewer cells than it counts', () => {
    const stored = { records: plan.map((cell) => recordOfCell(cell)), damaged: [] };
    const { gaps } = coverageOf(stored, fixtureRunFile(plan, { planned_cells: {} }), asked);
    expect(gaps).toEqual(['run.json is damaged: it counts 3 planned cells and names 0.']);
    const none = fixtureRunFile(plan, { planned: 0 });
    expect(coverageOf(stored, none, asked).gaps).toEqual([
      'run.json is damaged: it counts 0 planned cells and names 3.',
    ]);
    const small = fixtureRunFile(plan, { cells_of_plan: 0 });
    expect(coverageOf(stored, small, asked).gaps).toEqual([
      'run.json is damaged: it counts 0 cells of the plan and names 3.',
    ]);
  });

  it('is compared by names, not by numbers', () => {
    const stored = { records: [recordOfCell(a), recordOfCell(fixtureCell('other'))], damaged: [] };
    const coverage = coverageOf(stored, fixtureRunFile(plan, { planned: 2, planned_cells: idsOf([a, b]) }), asked);
    expect(coverage).toMatchObject({ missing: [b.cell], gaps: [] });
    expect(coverage.records).toHaveLength(2);
    expect(lacksOf(coverage)).toEqual([`1 of 3 planned cells have no record: ${b.cell}.`]);
  });

  it('leaves out records of another suite, and of another configuration than was planned', () => {
    const records = [recordOfCell(a, { suite: 'tensors' }), recordOfCell(fixtureCell('b', {}, { budget: 0.2 }))];
    const coverage = coverageOf({ records, damaged: [] }, fixtureRunFile(plan), asked);
    expect(coverage).toEqual({ records: [], missing: [a.cell, b.cell, c.cell], gaps: [] });
  });

  it('counts damaged records as missing, once, and only those that are asked about', () => {
    const stored = { records: [recordOfCell(a)], damaged: [b.cell, 'unplanned'] };
    const run = fixtureRunFile([a, b]);
    expect(coverageOf(stored, run, asked).missing).toEqual([b.cell, 'unplanned']);
    expect(coverageOf(stored, null, asked).missing).toEqual([b.cell, 'unplanned']);
  });

  it('lacks nothing where every name has its record', () => {
    expect(
      lacksOf(
        coverageOf({ records: plan.map((cell) => recordOfCell(cell)), damaged: [] }, fixtureRunFile(plan), asked),
      ),
    ).toEqual([]);
  });
});
