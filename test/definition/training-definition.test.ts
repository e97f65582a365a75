import { describe, expect, test } from 'vitest';
import { loadEngine } from '../../harness/engine/tensorflow.ts';
import { makeTask } from '../../harness/make-task.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { type Definition, definitionSchema } from '../../harness/spec/definition.ts';
import { cellNamed, joinedCells, plainContext, tinyCells } from '../end-to-end/tiny-cells.ts';
import { translationCells } from '../helpers/translation-cells.ts';

loadEngine({ threads: 1, device: 'cpu' });

const joined = (name: string) => joinedCells({ method: methodOf(name), file: null })[0]!;

/** The digest of a cell's weights after training, with its definition made before, or without. */
async function trained(
  cell: PlannedCell,
  defines: boolean,
): Promise<{ digest: string; definition: Definition | null }> {
  const { task } = await makeTask(cell, plainContext);
  const initial = weightsDigest(task.state);
  const definition = defines ? await task.definition!() : null;
  expect(weightsDigest(task.state)).toBe(initial);
  await task.train({ curve: [], onProgress: () => undefined, onPoint: async () => {} });
  const digest = weightsDigest(task.variables);
  task.dispose!();
  for (const variable of task.state) variable.dispose();
  return { digest, definition };
}

describe('a definition', () => {
  test.each<[string, () => PlannedCell]>([
    ['low-rank', () => cellNamed('low-rank-0.25.spectral.frobenius-decay', tinyCells())],
    // Scores before training, masks that change in it, several trainings, and a network before the network.
    ...['snip', 'rigl', 'lottery-ticket', 'full-rank-warm-up'].map((name): [string, () => PlannedCell] => [
      name,
      () => joined(name),
    ]),
    ['a Transformer with dropout', () => cellNamed('low-rank-0.5.spectral', translationCells())],
  ])('of %s leaves the training as it is, bit by bit', async (_, cellOf) => {
    const cell = cellOf();
    const { digest, definition } = await trained(cell, true);
    expect(digest).toBe((await trained(cell, false)).digest);
    expect(definitionSchema.parse(definition)).toEqual(definition);
  });
});

describe('what a definition tells', () => {
  test('phases, graphs of each network, and counts', async () => {
    const { definition } = await trained(joined('full-rank-warm-up'), true);
    const { phases, graphs, counts, inputs, first_steps: first } = definition!;
    // Of three epochs one is dense: 100 images in batches of 32 take four steps, the last of them smaller.
    expect(phases).toEqual([
      { label: 'dense', steps: 4 },
      { label: 'low-rank', steps: 8 },
    ]);
    const feeds = (of: string) => graphs.filter((graph) => graph.of === of).map((graph) => graph.feeds.split(';')[0]);
    for (const of of ['dense', 'low-rank']) {
      expect(feeds(of)).toEqual(['images float32 [32,32,32,3]', 'images float32 [4,32,32,3]']);
    }
    expect(feeds('evaluation')).toEqual(['images float32 [50,32,32,3]', 'images float32 [40,32,32,3]']);
    expect(counts).toMatchObject({
      steps: 12,
      examples: 300,
      'recorded graphs': 6,
      'graph runs of an epoch': 4,
      'graph runs of an evaluation': 2,
    });
    expect(counts['bytes that a training step adds']).toBeGreaterThan(32 * 32 * 32 * 3 * 4);
    expect([inputs.length, first.losses.length]).toEqual([3, 3]);
  });
});
