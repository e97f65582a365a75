import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { runCell } from '../../harness/cell.ts';
import { recordSchema } from '../../harness/record.ts';
import { ones } from '../../harness/sparse/selection.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { SequenceTrainingSpec } from '../../harness/spec/translation.ts';
import { parseTensorFile, valuesOf } from '../../harness/tensor-file.ts';
import { readWeights } from '../../harness/weight-file.ts';
import { translationCells } from '../helpers/translation-cells.ts';
import { misplaced } from '../helpers/watched-method.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { plainContext as context } from './tiny-cells.ts';

/** A cell of a method at half of the full rank. */
function cellOf(method: string, change: Partial<SequenceTrainingSpec>): PlannedCell {
  const [cell] = translationCells((experiment) => {
    const factors = { budget: [0.5], init: ['default' as const], regularizer: ['weight-decay' as const] };
    experiment.arms = [{ method, factors, budgetUnit: 'rank-scale' }];
    Object.assign(experiment.training, change);
  });
  return cell!;
}

const headerSchema = z.looseObject({ variables: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })) });

/** The masks of a checkpoint, by weight; of the best epoch where `kept` says so. */
async function masksIn(path: string, kept: 'best' | 'last'): Promise<Map<string, Uint8Array>> {
  const { header, values } = parseTensorFile(await readFile(path))!;
  const { variables } = headerSchema.parse(header);
  const suffix = kept === 'best' ? '.mask.best' : '.mask';
  const all = valuesOf(values, variables).map((value, i) => [variables[i]!.name, value] as const);
  const masks = all.filter(([name]) => name.endsWith(suffix));
  return new Map(masks.map(([name, mask]) => [name.slice(0, -suffix.length), Uint8Array.from(mask)]));
}

it.each([
  ['set', 'in its third epoch', { epochs: [3], labels: ['train'], averagedEpochs: null }],
  ['magnitude', 'as its second phase begins', { epochs: [4, 5], labels: ['dense', 'fine-tune'], averagedEpochs: null }],
  ['magnitude', 'within its second phase', { epochs: [5], labels: ['dense', 'fine-tune'], averagedEpochs: 2 }],
] as const)(
  '%s on translation, ended %s, goes on to the weights of an undisturbed run: zero under its masks, as many as ' +
    'low-rank has',
  { timeout: 120_000 },
  async (method, _, { epochs, labels, averagedEpochs }) => {
    const cell = cellOf(method, { averagedEpochs });
    const undisturbed = await runCell(cell, context);
    const folder = await temporaryFolder();
    const stop = new Error(`stopped in epoch ${epochs[0]}`);
    const stopped = runCell(cell, {
      ...context,
      checkpointDir: folder,
      onProgress: ({ epoch, phase }) => {
        if (epoch === epochs[0] && phase === 'train') throw stop;
      },
    });
    await expect(stopped).rejects.toBe(stop);
    const trained = new Set<number>();
    const weightsPath = join(folder, 'weights');
    const resumed = await runCell(cell, {
      ...context,
      checkpointDir: folder,
      weightsPath,
      onProgress: ({ epoch, phase }) => void (phase === 'train' && trained.add(epoch)),
    });
    expect([...trained]).toEqual(epochs);
    expect(recordSchema.parse(resumed)).toEqual(resumed);
    expect(resumed.phases.map(({ label }) => label)).toEqual(labels);
    expect(resumed.weights_digest).toBe(undisturbed.weights_digest);
    expect(resumed.result_digest).toBe(undisturbed.result_digest);
    expect(resumed.measures).toEqual(undisturbed.measures);
    expect(resumed.training_passes).toBe(undisturbed.training_passes);

    const lowRank = await runCell(cellOf('low-rank', { updates: 1 }), context);
    expect(resumed.nonzero_parameters).toBe(lowRank.parameters);
    expect(undisturbed.nonzero_parameters).toBe(lowRank.parameters);
    expect(resumed.ratio).toBe(lowRank.parameters! / resumed.parameters!);

    const weights = (await readWeights(weightsPath, { id: cell.id, digest: resumed.weights_digest! }))!;
    const masks = await masksIn(join(folder, `${cell.cell}.ckpt`), averagedEpochs === null ? 'best' : 'last');
    expect(masks.size).toBeGreaterThan(10);
    let kept = [...weights.values()].reduce((sum, { values }) => sum + values.length, 0);
    for (const [name, mask] of masks) {
      const { values } = weights.get(name)!;
      expect([name, misplaced(values, values, (i) => mask[i] === 1)]).toEqual([name, []]);
      kept -= mask.length - ones(mask);
    }
    expect(kept).toBe(lowRank.parameters);
  },
);
