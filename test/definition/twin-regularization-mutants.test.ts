import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { runCell } from '../../harness/cell.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { passes } from '../../harness/record.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { tinyTwinCells } from '../helpers/twin-cells.ts';

/** Faults put into twin regularization, which must show in a cell's definition or checks, and healthy changes, which must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/engine/ops/reverse-frames.ts', async (original) => {
  const real = await original<typeof import('../../harness/engine/ops/reverse-frames.ts')>();
  return {
    reverseFrames(...given: Parameters<typeof real.reverseFrames>) {
      return fault.name === 'a twin that reads forwards' ? given[0] : real.reverseFrames(...given);
    },
  };
});

vi.mock('../../harness/engine/ops/without-gradient.ts', async (original) => {
  const real = await original<typeof import('../../harness/engine/ops/without-gradient.ts')>();
  return {
    ...real,
    stopGradient(...given: Parameters<typeof real.stopGradient>) {
      return fault.name === 'a gradient that is not stopped' ? given[0] : real.stopGradient(...given);
    },
  };
});

vi.mock('../../harness/nn/recurrent/recurrence.ts', async (original) => {
  const real = await original<typeof import('../../harness/nn/recurrent/recurrence.ts')>();
  return {
    ...real,
    updateStates(...[projected, recurrent, activation, mask]: Parameters<typeof real.updateStates>) {
      const used = fault.name === 'relu in place of tanh' ? real.rectifier : activation;
      return real.updateStates(projected, recurrent, used, mask);
    },
  };
});

vi.mock('../../harness/data/passes.ts', async (original) => {
  const real = await original<typeof import('../../harness/data/passes.ts')>();
  return {
    orderOf(...given: Parameters<typeof real.orderOf>) {
      return fault.name === 'every pass in the same order' ? (n: number) => n % given[0] : real.orderOf(...given);
    },
  };
});

vi.mock('../../harness/tasks/twin-regularization/phones.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/twin-regularization/phones.ts')>();
  return {
    ...real,
    editsBetween(...given: Parameters<typeof real.editsBetween>) {
      const edits = real.editsBetween(...given);
      return fault.name === 'deletions that do not count' ? { ...edits, deletions: 0 } : edits;
    },
  };
});

vi.mock('../../harness/tasks/twin-regularization/recognizer.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/twin-regularization/recognizer.ts')>();
  return {
    ...real,
    statesOf(...[recognizer, inputs, reading]: Parameters<typeof real.statesOf>) {
      if (fault.name !== 'a frame of the future') return real.statesOf(recognizer, inputs, reading);
      const [count, batch, dimension] = inputs.frames.shape as [number, number, number];
      const ahead = tf.slice(
        tf.pad(inputs.frames, [
          [0, 1],
          [0, 0],
          [0, 0],
        ]),
        [1, 0, 0],
        [count, batch, dimension],
      );
      return real.statesOf(recognizer, { ...inputs, frames: ahead }, reading);
    },
  };
});

vi.mock('../../harness/tasks/twin-regularization/batches.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/twin-regularization/batches.ts')>();
  return {
    ...real,
    frameFeeds(...given: Parameters<typeof real.frameFeeds>) {
      const feeds = real.frameFeeds(...given);
      return fault.name === 'feeds in another order' ? Object.fromEntries(Object.entries(feeds).reverse()) : feeds;
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

const cell = cellNamed('stopped-twin', tinyTwinCells());
let right: Definition;
beforeAll(async () => {
  right = await define();
});

async function define(name = 'none'): Promise<Definition> {
  fault.name = name;
  return (await defineCell(cell, plainContext))!;
}
const changesOf = async (name: string) => definitionChanges(right, await define(name), 'update');

test('is defined alike twice, leaving nothing behind', async () => {
  const tensors = tf.memory().numTensors;
  const again = await define();
  expect(again).toEqual(right);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(right.phases).toEqual([{ label: 'train', steps: 5 }]);
});

describe('a fault shows in the definition', () => {
  test.each([
    ['a twin that reads forwards', /^train: .*ReverseSequence/],
    ['a gradient that is not stopped', /^train: /],
    ['relu in place of tanh', /^train: .*Tanh/],
    ['every pass in the same order', /order/],
    ['deletions that do not count', /^edits of drawn phones: .* instead of /],
  ])('%s', async (name, clause) => {
    const changes = await changesOf(name);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.join('; ')).toMatch(clause);
  });
});

test('a forward network that sees a frame of the future fails its check of exactness', async () => {
  const failing = async (name: string) => {
    fault.name = name;
    const { checks } = await runCell(cell, { ...plainContext, resultOnly: true });
    return checks.filter((check) => !passes(check)).map((check) => check.name);
  };
  expect(await failing('none')).toEqual([]);
  expect(await failing('a frame of the future')).toEqual(['outputs when future frames change: largest difference']);
});

describe('a healthy change does not', () => {
  test.each(['none', 'other draws for speeds', 'feeds in another order'])('%s', async (name) => {
    const other = await define(name);
    expect(definitionChanges(right, other, 'update')).toEqual([]);
    expect(firstStepDifference(right, other)).toBeNull();
  });
});
