import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { pretrainedRole } from '../../harness/spec/question-answering.ts';
import type { SavedWeights } from '../../harness/weight-file.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { type RanCell, runKeeping } from '../helpers/normalization-cells.ts';
import { tinyPretrainingCells } from '../helpers/pretraining-cells.ts';

/** Faults put into pre-training and question answering, which definitions must show, and healthy changes, which they must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/text/masking.ts', async (original) => {
  const real = await original<typeof import('../../harness/text/masking.ts')>();
  return {
    ...real,
    maskedBatch(...[sequences, rows, options, uniform]: Parameters<typeof real.maskedBatch>) {
      const masking = fault.name === 'random tokens are masked as well' ? { masked: 0.9, random: 0 } : {};
      return real.maskedBatch(sequences, rows, { ...options, masking: { ...options.masking, ...masking } }, uniform);
    },
  };
});

vi.mock('../../harness/optim/lamb.ts', async (original) => {
  const real = await original<typeof import('../../harness/optim/lamb.ts')>();
  return {
    lamb(options: Parameters<typeof real.lamb>[0]) {
      const rule = real.lamb(options);
      if (fault.name !== 'decay behind the trust ratio') return rule;
      const begin: typeof rule.begin = (learningRate, count) => {
        const move = rule.begin(learningRate, count);
        return (value, gradient, slots, masked, decay) => {
          const moved = move(value, gradient, slots, masked);
          const beside = decay === undefined ? moved.value : tf.sub(moved.value, tf.mul(decay, learningRate));
          return { ...moved, value: beside };
        };
      };
      return { ...rule, begin };
    },
  };
});

vi.mock('../../harness/regularize/product-decay.ts', async (original) => {
  const real = await original<typeof import('../../harness/regularize/product-decay.ts')>();
  return {
    ...real,
    encoderDecayPlaces(...given: Parameters<typeof real.encoderDecayPlaces>) {
      const places = real.encoderDecayPlaces(...given);
      return fault.name === 'Frobenius decay in the gradient' ? { ...places, frobenius: 'gradient' } : places;
    },
  };
});

vi.mock('../../harness/text/question-windows.ts', async (original) => {
  const real = await original<typeof import('../../harness/text/question-windows.ts')>();
  return {
    ...real,
    windowsOf: (...given: Parameters<typeof real.windowsOf>) =>
      real.windowsOf(...given).map((window) => {
        return fault.name === 'answers end a token later' ? { ...window, end: window.end + 1 } : window;
      }),
  };
});

vi.mock('../../harness/text/squad-score.ts', async (original) => {
  const real = await original<typeof import('../../harness/text/squad-score.ts')>();
  return {
    ...real,
    squadScore: (given: readonly string[], wanted: readonly (readonly string[])[]) =>
      fault.name === 'articles count'
        ? real.squadScore(
            given.map((answer) => answer.replace(/\b[Tt]he\b/g, 'thé')),
            wanted,
          )
        : real.squadScore(given, wanted),
  };
});

vi.mock('../../harness/tensor/low-rank.ts', async (original) => {
  const real = await original<typeof import('../../harness/tensor/low-rank.ts')>();
  return {
    ...real,
    frobeniusGradients(u: Tensor, v: Tensor) {
      if (fault.name !== 'gradients in another order') return real.frobeniusGradients(u, v);
      const swapped = real.frobeniusGradients(v, u);
      return { u: swapped.v, v: swapped.u };
    },
  };
});

vi.mock('../../harness/nn/transformer/encoder.ts', async (original) => {
  const real = await original<typeof import('../../harness/nn/transformer/encoder.ts')>();
  return {
    ...real,
    buildSpanModel(...given: Parameters<typeof real.buildSpanModel>) {
      const model = real.buildSpanModel(...given);
      if (fault.name !== 'the end reads the beginning’s scores') return model;
      const scores: typeof model.scores = (...inputs) => {
        const { start } = model.scores(...inputs);
        return { start, end: start };
      };
      return { ...model, scores };
    },
  };
});

vi.mock('../../harness/random.ts', async (original) => {
  const real = await original<typeof import('../../harness/random.ts')>();
  return {
    ...real,
    streamsOf(family: string, replicate: number) {
      const other = fault.name === 'other draws of what is timed' && family === 'measure';
      return real.streamsOf(family, replicate + (other ? 1 : 0));
    },
  };
});

afterEach(() => {
  fault.name = 'none';
});

const cells = tinyPretrainingCells();
const flambe = cellNamed('frobenius-decay.flambe-as-read.bert-1-8.generated-text', cells);
const answering = cellNamed('frobenius-decay.flambe-as-read.bert-1-8.generated-questions', cells);
let ran: RanCell;
let right: { flambe: Definition; answering: Definition };
beforeAll(async () => {
  ran = await runKeeping(flambe, { resultOnly: true }, pretrainedRole);
  right = { flambe: await define(flambe), answering: await define(answering) };
}, 120_000);

async function define(cell: PlannedCell, name = 'none', weights: SavedWeights = ran.weights): Promise<Definition> {
  const record = ran.record as FinishedRecord;
  const needed = async () => new Map([[pretrainedRole, { record, weights: async () => weights }]]);
  fault.name = name;
  return (await defineCell(cell, { ...plainContext, needed }))!;
}
const changes = (before: Definition, after: Definition) => definitionChanges(before, after, 'update');

describe('a fault', () => {
  test('random tokens are masked as well', async () => {
    const found = changes(right.flambe, await define(flambe, 'random tokens are masked as well'));
    expect(found.some((text) => text.includes('tokens'))).toBe(true);
    expect(found.some((text) => text.startsWith('train: '))).toBe(false);
  });

  test.each(['decay behind the trust ratio', 'Frobenius decay in the gradient'])('%s', async (name) => {
    const found = changes(right.flambe, await define(flambe, name));
    expect(found).toEqual([expect.stringMatching(/^train: /)]);
  });

  test('answers end a token later', async () => {
    const found = changes(right.answering, await define(answering, 'answers end a token later'));
    expect(found.some((text) => text.includes('ends'))).toBe(true);
  });

  test('articles count in the score of answers', async () => {
    const found = changes(right.answering, await define(answering, 'articles count'));
    expect(found.length).toBeGreaterThan(0);
    for (const text of found) expect(text).toMatch(/^(F1|exact match) of answers with the word before/);
  });

  test('the end reads the beginning’s scores', async () => {
    const found = changes(right.answering, await define(answering, 'the end reads the beginning’s scores'));
    expect(found.some((text) => text.startsWith('fine-tune: '))).toBe(true);
    expect(found.some((text) => text.startsWith('answering'))).toBe(true);
  });
});

describe('a healthy change', () => {
  test.each(['none', 'gradients in another order', 'other draws of what is timed'])('%s', async (name) => {
    const [one, other] = [await define(flambe, name), await define(answering, name)];
    expect(changes(right.flambe, one)).toEqual([]);
    expect(firstStepDifference(right.flambe, one)).toBeNull();
    expect(changes(right.answering, other)).toEqual([]);
    expect(firstStepDifference(right.answering, other)).toBeNull();
  });

  test('a pre-training of other weights: what is asked of the engine does not depend on a training’s bits', async () => {
    const other = new Map(
      [...ran.weights].map(([name, { shape, values }]) => [
        name,
        { shape, values: name === 'vocabulary' ? values : values.map((value) => 1.5 * value) },
      ]),
    );
    const before = tf.memory().numTensors;
    expect(await define(answering, 'none', other)).toEqual(right.answering);
    expect(tf.memory().numTensors).toBe(before);
  });
});
