import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { runCell } from '../../harness/cell.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { matMul } from '../../harness/engine/algebra/mat-mul.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { passes } from '../../harness/record.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { tinyAttentionCells } from '../helpers/attention-cells.ts';

/** Faults put into Gaussian attention, which must show in a cell's definition or checks, and healthy changes, which must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/tasks/gaussian-attention/memory.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/gaussian-attention/memory.ts')>();
  return {
    ...real,
    conditionsOf(...given: Parameters<typeof real.conditionsOf>) {
      const [{ logVariances }, , counts] = given;
      const conditions = real.conditionsOf(...given);
      if (fault.name !== 'precisions add along paths') return conditions;
      return { ...conditions, precision: matMul(counts, tf.exp(tf.neg(logVariances!.value))) };
    },
    attentionScores(...given: Parameters<typeof real.attentionScores>) {
      const scores = real.attentionScores(...given);
      return fault.name === 'scores of conjunctions as means' && given[2] > 1 ? tf.div(scores, given[2]) : scores;
    },
  };
});

vi.mock('../../harness/tasks/gaussian-attention/ranking.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/gaussian-attention/ranking.ts')>();
  return {
    ...real,
    questionScores(...[scores, question]: Parameters<typeof real.questionScores>) {
      const answers = question.asked.slice(0, 1);
      return real.questionScores(scores, fault.name === 'ranks unfiltered' ? { ...question, answers } : question);
    },
  };
});

vi.mock('../../harness/data/triples/knowledge.ts', async (original) => {
  const real = await original<typeof import('../../harness/data/triples/knowledge.ts')>();
  return {
    async loadKnowledge(...given: Parameters<typeof real.loadKnowledge>) {
      const knowledge = await real.loadKnowledge(...given);
      return fault.name === 'asked paths are trained on' ? { ...knowledge, isHeldOut: () => false } : knowledge;
    },
  };
});

vi.mock('../../harness/tasks/gaussian-attention/training.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/gaussian-attention/training.ts')>();
  return {
    ...real,
    linearRate(...[step, steps, schedule]: Parameters<typeof real.linearRate>) {
      return fault.name === 'a rate that does not fall'
        ? schedule.learningRate
        : real.linearRate(step, steps, schedule);
    },
  };
});

vi.mock('../../harness/random.ts', async (original) => {
  const real = await original<typeof import('../../harness/random.ts')>();
  return {
    ...real,
    streamsOf(family: string, replicate: number) {
      const other = fault.name === 'other draws for speeds' && family === 'measure';
      return real.streamsOf(family, replicate + (other ? 1 : 0));
    },
  };
});

afterEach(() => {
  fault.name = 'none';
});

const cell = cellNamed('trans-gaussian.composed', tinyAttentionCells());
let right: Definition;
beforeAll(async () => {
  right = await define();
});

async function define(name = 'none'): Promise<Definition> {
  fault.name = name;
  return (await defineCell(cell, plainContext))!;
}
const changesOf = async (name: string) => definitionChanges(right, await define(name), 'epoch');

test('is defined alike twice, leaving nothing behind', async () => {
  const tensors = tf.memory().numTensors;
  const again = await define();
  expect(again).toEqual(right);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(right.phases.map(({ label }) => label)).toEqual(['memory', 'encoder']);
});

describe('a fault shows in the definition', () => {
  test.each([
    ['precisions add along paths', /^memory: .*\d (more|fewer) /],
    ['scores of conjunctions as means', /^encoder: /],
    ['ranks unfiltered', /^ranks of drawn scores: .* instead of /],
    ['asked paths are trained on', /order|starts|answers|paths/],
    ['a rate that does not fall', /learning rate/],
  ])('%s', async (name, clause) => {
    const changes = await changesOf(name);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.join('; ')).toMatch(clause);
  });
});

test('precisions that add along paths fail the checks of exactness', async () => {
  const failing = async (name: string) => {
    fault.name = name;
    const { checks } = await runCell(cell, { ...plainContext, resultOnly: true });
    return checks.filter((check) => !passes(check)).map((check) => check.name);
  };
  expect(await failing('none')).toEqual([]);
  expect(await failing('precisions add along paths')).toEqual([
    'scores of the engine and of float64, relative difference',
  ]);
});

describe('a healthy change does not', () => {
  test.each(['none', 'other draws for speeds'])('%s', async (name) => {
    const other = await define(name);
    expect(definitionChanges(right, other, 'epoch')).toEqual([]);
    expect(firstStepDifference(right, other)).toBeNull();
  });
});
