import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { idOf } from '../../harness/cell-id.ts';
import { UsageError } from '../../harness/errors.ts';
import type { JoinedMethod } from '../../harness/methods/joined.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { neededDatasets, planCells } from '../../harness/plan/plan.ts';
import { addKindWords } from '../../harness/spec/kinds.ts';
import { suiteSchema } from '../../harness/spec/suite.ts';
import { armSchemaOf, baseConfig } from '../../harness/spec/words.ts';
import { addKind } from '../../harness/tasks/registry.ts';
import { chainCells, chainSuite } from '../helpers/chain-kind.ts';
import { waiting } from '../helpers/costs.ts';

/** Link 1 reads 0; 3 reads 1 and 2; 4 stands alone. */
const diamond = [[], [0], [0], [1, 2], []];
const names = (cells: readonly { cell: string }[]) => cells.map(({ cell }) => cell);

describe('a cell that reads from others', () => {
  test('names them by role, id and name, in the order of its words', () => {
    const cells = chainCells(diamond);
    expect(names(cells)).toEqual([0, 1, 2, 3, 4].map((link) => `fine-${link}.seed-0`));
    expect(cells.map(({ needs }) => needs)).toEqual([
      [],
      [{ role: 'link-0', id: cells[0]!.id, cell: 'fine-0.seed-0' }],
      [{ role: 'link-0', id: cells[0]!.id, cell: 'fine-0.seed-0' }],
      [
        { role: 'link-1', id: cells[1]!.id, cell: 'fine-1.seed-0' },
        { role: 'link-2', id: cells[2]!.id, cell: 'fine-2.seed-0' },
      ],
      [],
    ]);
    expect(cells.map(({ id, config }) => id === idOf(config))).toEqual(Array(5).fill(true));
  });

  test('reads those of its own seed', () => {
    const cells = planCells(chainSuite([[], [0]], { seeds: 2 }), 'smoke', { present: [] });
    expect(cells.flatMap(({ cell, needs }) => needs.map((need) => `${cell} <- ${need.cell}`))).toEqual([
      'fine-1.seed-0 <- fine-0.seed-0',
      'fine-1.seed-1 <- fine-0.seed-1',
    ]);
  });

  test('brings them into the plan under --only, directly read or not, in the plan’s order', () => {
    expect(names(chainCells(diamond, { only: ['fine-3.*'] }))).toEqual(
      [0, 1, 2, 3].map((link) => `fine-${link}.seed-0`),
    );
    expect(names(chainCells(diamond, { only: ['fine-2.*', 'fine-4.*'] }))).toEqual(
      [0, 2, 4].map((link) => `fine-${link}.seed-0`),
    );
    expect(names(chainCells(diamond, { only: ['fine-0.*'] }))).toEqual(['fine-0.seed-0']);
  });

  test('has no data sets, nor do those that it reads', () => {
    expect(neededDatasets(chainSuite(diamond), 'smoke', { only: ['fine-3.*'] })).toEqual([]);
  });
});

describe('a plan is refused', () => {
  const refusal = (reads: readonly (readonly number[])[], links?: number, only?: string[]) => {
    try {
      planCells(chainSuite(reads, links === undefined ? {} : { links }), 'smoke', { present: [], only });
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      return (error as Error).message;
    }
    throw new Error('the plan was not refused');
  };

  test('that lacks a cell which another reads, naming both and the remedy, also where neither is chosen', () => {
    const message = refusal([[], [2], []], 2);
    const [, needy] = chainCells([[], [2], []]);
    expect(message).toBe(
      'suite chains, profile smoke: cell fine-1.seed-0 needs a link-2 of task chain, method fine, seed 0 ' +
        `(id ${needy!.needs[0]!.id}), which the plan lacks; give the profile an experiment that trains it`,
    );
    expect(refusal([[], [2], []], 2, ['fine-0.*'])).toBe(message);
  });

  test('whose cells read each other in a circle, naming them in order', () => {
    expect(refusal([[], [3], [1], [2, 0]])).toBe(
      'suite chains, profile smoke: cells need each other in a circle: fine-1.seed-0 -> fine-3.seed-0 -> ' +
        'fine-2.seed-0 -> fine-1.seed-0; let one of them need none of the others',
    );
    expect(refusal([[0]])).toContain('in a circle: fine-0.seed-0 -> fine-0.seed-0;');
  });
});

describe('a cell that reads from one of a method’s file that is refused', () => {
  /** Cells at a tenth read from those at a half, and these from those at the whole budget. */
  const larger: Readonly<Record<string, number>> = { 0.1: 0.5, 0.5: 1 };
  const task = z.literal('shrinking');
  const config = z.strictObject({ task, budget: z.number(), ...baseConfig });
  const names = z.array(z.string());
  const arm = armSchemaOf({ budget: z.array(z.number()), init: names, regularizer: names });
  addKindWords({
    task: 'shrinking',
    metrics: ['accuracy'],
    at: 'step',
    examples: 'numbers',
    usesMethods: true,
    experiment: z.strictObject({ task, arms: z.array(arm) }),
    config,
    details: z.null(),
    factors: { method: { of: ({ method }) => method }, budget: { of: ({ budget }) => budget } },
    configOf: (_, { method, factors, seed }) => ({ task: 'shrinking', budget: factors.budget, method, seed }),
    model: () => null,
    dataset: () => null,
    rates: () => ({ learning_rate: null, decay: null }),
    length: () => null,
    needs(own) {
      const budget = larger[own.budget];
      return budget === undefined ? [] : [{ role: 'larger', config: { ...own, budget } }];
    },
  });
  addKind<z.infer<typeof config>>({
    task: 'shrinking',
    outline: () => ({ ratio: null, parameters: null, cost: waiting(1) }),
    refusal: ({ method, budget }) => (method === 'mine' && budget === 0.5 ? 'a half is not for mine' : null),
    batchOf: () => 1,
    dataDigest: async () => null,
    load: () => Promise.reject(new Error('no cell of this kind runs')),
  });
  const suite = suiteSchema.parse({
    name: 'shrinking',
    title: 'A suite for tests',
    description: 'Budgets that read from larger ones.',
    profiles: {
      smoke: {
        note: 'short',
        experiments: [
          {
            task: 'shrinking',
            arms: [{ method: 'low-rank', factors: { budget: [1, 0.5, 0.1], init: [], regularizer: [] } }],
          },
        ],
        seeds: 1,
        margin: 1,
        timeLimitSeconds: 1,
      },
    },
  });
  const mine: JoinedMethod = {
    method: { ...lowRank, name: 'mine' },
    file: { path: '/mine.js', sha256: 'a'.repeat(64) },
  };

  test('is left out too, and told by name; the others are planned', () => {
    const told: string[] = [];
    const cells = planCells(suite, 'smoke', { present: [], methods: [mine] }, (reason) => told.push(reason));
    expect(cells.map(({ cell }) => cell)).toEqual([
      'low-rank-1.seed-0',
      'low-rank-0.5.seed-0',
      'low-rank-0.1.seed-0',
      'mine-1.seed-0',
    ]);
    expect(told).toEqual([
      '/mine.js: suite shrinking, profile smoke: a half is not for mine',
      'mine-0.1.seed-0: needs mine-0.5.seed-0, which is refused',
    ]);
  });
});
