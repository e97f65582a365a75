import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  acceptDefinitions,
  type ReducedCell,
  reducedDefinitionOf,
  reducedOutcome,
  removedCells,
} from '../../baselines/reduced-definitions.ts';
import {
  readReducedDefinitions,
  reducedDefinitionsPath,
  reducedDefinitionsText,
  writeReducedDefinitions,
} from '../../baselines/reduced-definitions-file.ts';
import { UsageError } from '../../harness/errors.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { fixtureDefinition } from '../helpers/definitions.ts';
import { temporaryFolder } from '../run/helpers.ts';

const acceptance = { why: 'first', at: '2026-11-23T00:00:00.000Z', commit: 'c0ffee' };
const cellOf = (cell: string, changes: Partial<ReducedCell> = {}): ReducedCell => ({
  cell,
  id: `id of ${cell}`,
  parameters: 1000,
  reduced: 'small',
  ...changes,
});
const definition = reducedDefinitionOf(fixtureDefinition());
const empty = { suite: 'compression', profile: 'paper' as const, history: [], cells: [], definitions: {} };
const needing = cellOf('student', { reduced: null });
const stored = acceptDefinitions(
  empty,
  { cells: [cellOf('dense'), cellOf('low-rank'), needing], definitions: { small: definition }, removed: [] },
  acceptance,
);

const outcome = (changes: Partial<Definition>, cell = cellOf('dense')) =>
  reducedOutcome(cell, reducedDefinitionOf(fixtureDefinition(changes)), stored);

describe('a reduced definition', () => {
  test('is equal to itself, whatever kernels reserve', () => {
    expect(outcome({})).toEqual({ verdict: 'equal', differences: [] });
    expect(reducedOutcome(needing, null, stored).verdict).toBe('equal');
    const counts = { ...fixtureDefinition().counts, 'bytes that a training step adds': 2e6 };
    expect(outcome({ counts }).verdict).toBe('equal');
  });

  const { graphs, inputs, drawn } = fixtureDefinition();
  test.each<[string, Partial<Definition>]>([
    ['other recorded steps', { graphs: graphs.with(0, { ...graphs[0]!, digest: 'ff' }) }],
    ['other steps by training', { phases: [{ label: 'train', steps: 5 }] }],
    ['other learning rates', { rates: '0.1*3 0.01*3' }],
    ['other draws', { drawn: { ...drawn, labels: '5555555500000000' } }],
    ['other inputs of the first steps', { inputs: inputs.with(2, { images: 'a3', labels: 'b4' }) }],
    ['it is evaluated on something else', { tests: { 'test order': 'c1', 'test images': 'c3' } }],
    ['other initial values', { initial: { digest: 'de', norms: {} } }],
    ['other counts', { counts: { ...fixtureDefinition().counts, steps: 7 } }],
    ['other facts', { facts: { vocabulary: 401 } }],
  ])('says %s', (difference, changes) => {
    expect(outcome(changes)).toEqual({ verdict: 'changed', differences: [difference] });
  });

  test('says another configuration and size', () => {
    expect(outcome({}, cellOf('dense', { id: 'other', parameters: 900 }))).toEqual({
      verdict: 'changed',
      differences: ['another configuration', '900 parameters instead of 1000'],
    });
  });

  test('regresses by a loss beyond rounding, in portable arithmetic alone', () => {
    const losses = (arithmetic: 'native' | 'portable', first: number) => ({
      first_steps: { ...fixtureDefinition().first_steps, arithmetic, losses: [first, 1.5, 1] },
    });
    expect(outcome(losses('portable', 2.000019)).verdict).toBe('equal');
    expect(outcome(losses('portable', 2.000021))).toEqual({
      verdict: 'regressed',
      differences: ['step 1: loss expected 2, measured 2.000021'],
    });
    expect(outcome(losses('native', 2.5)).verdict).toBe('equal');
  });

  test('that is not stored has no baseline', () => {
    expect(outcome({}, cellOf('new')).verdict).toBe('no-baseline');
    expect(reducedOutcome(cellOf('dense'), definition, null).verdict).toBe('no-baseline');
    expect(outcome({}, needing).verdict).toBe('no-baseline');
  });
});

describe('an acceptance of definitions', () => {
  test('replaces, drops what is removed, and what no cell refers to', () => {
    const planned = new Set(['dense', 'student']);
    const removed = removedCells(stored, planned, () => true);
    expect(removed.map(({ cell }) => cell)).toEqual(['low-rank']);
    expect(removedCells(stored, planned, (cell) => cell === 'dense')).toEqual([]);
    const moved = { cells: [cellOf('dense', { reduced: 'smaller' })], definitions: { smaller: definition }, removed };
    const next = acceptDefinitions(stored, moved, { ...acceptance, why: 'narrower' });
    expect(next.cells.map(({ cell }) => cell)).toEqual(['student', 'dense']);
    expect(Object.keys(next.definitions)).toEqual(['smaller']);
    expect(next.history.map(({ why }) => why)).toEqual(['first', 'narrower']);
  });
});

describe('a file of definitions', () => {
  test('gives back what was written, a line a cell, in one order', async () => {
    const dir = await temporaryFolder();
    expect(await readReducedDefinitions('compression', 'paper', dir)).toBeNull();
    await writeReducedDefinitions(stored, dir);
    expect(await readdir(dir)).toEqual(['compression.paper.definitions.json']);
    expect(await readReducedDefinitions('compression', 'paper', dir)).toEqual(stored);
    const text = reducedDefinitionsText(stored);
    expect(text.split('\n').filter((line) => line.includes('"cell":'))).toHaveLength(3);
    expect(reducedDefinitionsText({ ...stored, cells: stored.cells.toReversed() })).toBe(text);
  });

  test.each([
    ['no JSON', 'x', /not JSON/],
    ['something else', '{}', /not what accept writes/],
    ['another suite', reducedDefinitionsText({ ...stored, suite: 'tensors' }), /holds those of tensors, paper/],
  ])('with %s is refused', async (_, text, message) => {
    const dir = await temporaryFolder();
    await writeFile(reducedDefinitionsPath('compression', 'paper', dir), text);
    const read = readReducedDefinitions('compression', 'paper', dir);
    await expect(read).rejects.toThrow(UsageError);
    await expect(read).rejects.toThrow(message);
  });
});
