import { expect, it } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { streamsOf } from '../../harness/random.ts';
import type { Measure } from '../../harness/record.ts';
import { translationTask } from '../../harness/tasks/translation/task.ts';
import { translation } from '../../suites/translation.ts';
import '../helpers/engine.ts';
import { textConfig } from '../helpers/suites.ts';
import { cellNamed } from './tiny-cells.ts';

/**
 * The generated pair asks for attention: where queries and keys are zero, and so are their gradients, every position
 * weighs all the others alike, and the training that brings the dense model past 70 BLEU (its baseline) does not bring
 * this one there.
 */
it('a model that cannot choose what it attends to fails on the generated pair', { timeout: 300_000 }, async () => {
  const cell = cellNamed('dense.default.weight-decay', planCells(translation, 'smoke', { present: [] }));
  const task = await translationTask(textConfig(cell), {
    method: methodOf('dense'),
    streams: streamsOf('without attention', 0),
    dataDir: null,
    threads: 1,
    needed: () => {
      throw new Error('it reads from no other cell');
    },
  });
  const choosing = task.variables.filter(({ name }) => /\.(query|key)$/.test(name));
  expect(choosing).toHaveLength(2 * (1 + 2));
  for (const variable of choosing) variable.assign(tf.zeros(variable.value.shape));
  const outcome = await task.train({ curve: [], onProgress: () => {}, onPoint: async () => {} });
  for (const { value } of choosing) expect(value.abs().max().dataSync()[0]).toBe(0);
  const { measures } = await task.conclude(outcome, () => {});
  const [{ metric, value }] = measures as [Measure];
  expect(metric).toBe('bleu');
  // It learns: what a sentence is made of, but not what each word of it belongs to.
  const losses = outcome.curve.map(({ values }) => values.valid_loss!);
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  expect(value).toBeGreaterThan(0);
  expect(value).toBeLessThan(45);
});
