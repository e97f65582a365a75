import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { tunedArmOf } from '../../harness/cell-name.ts';
import { CellRefusal } from '../../harness/errors.ts';
import { recordSchema } from '../../harness/record.ts';
import { dataDigests } from '../../harness/run/run-data.ts';
import type { CellProgress } from '../../harness/tasks/context.ts';
import { recordsOf, writeCifar10 } from '../data/images/cifar-files.ts';
import { imageConfig } from '../helpers/suites.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, chosenAccuracy, plainContext as context, tinyCells } from './tiny-cells.ts';

it('trains nothing at a learning rate and λ that were found on other data, as the data first tell', async () => {
  const cell = cellNamed('spectral.frobenius-decay', tinyCells());
  const tuning = { cells: 1, training_macs: 1, data: 'feed' };
  const progress: CellProgress[] = [];
  const run = runCell({ ...cell, tuning }, { ...context, onProgress: (step) => progress.push(step) });
  await expect(run).rejects.toThrow(CellRefusal);
  await expect(run).rejects.toThrow(`${tunedArmOf(cell)}: its learning rate and λ were found on other data (feed).`);
  await expect(run).rejects.toThrow(/Find them with npm run tune -- fixture --profile smoke/);
  expect(progress.map(({ phase }) => phase)).toEqual(['prepare']);
});

it('makes a whole record of a cell, the same weights each time', async () => {
  const cell = cellNamed('spectral.frobenius-decay', tinyCells());
  const progress: CellProgress[] = [];
  const record = await runCell(cell, { ...context, onProgress: (step) => progress.push(step) });
  expect(recordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({
    id: cell.id,
    cell: cell.cell,
    status: 'completed',
    kind: 'image',
    factors: cell.factors,
    needs: [],
    needed_digests: [],
    ratio: cell.ratio,
    data_source: 'generated',
    train_examples: 100,
    validation_examples: 40,
    test_examples: 50,
    checks: [],
    details: null,
    gpu_memory_peak_bytes: null,
    warnings: [],
  });
  expect(record.parameters).toBe(record.nonzero_parameters);
  expect(record.curve).toHaveLength(3);
  const accuracies = record.curve.map(({ values }) => values.test_accuracy!);
  expect(record.measures).toEqual([{ metric: 'accuracy', value: accuracies[2], best: chosenAccuracy(record) }]);
  for (const name of ['macs', 'step_ms', 'train_examples_per_second', 'eval_examples_per_second', 'seconds'] as const) {
    expect(record[name], name).toBeGreaterThan(0);
  }
  // 32 images of 32 x 32 x 3 floats alone take this much.
  expect(record.tensor_peak_bytes).toBeGreaterThan(32 * 32 * 32 * 3 * 4);
  expect(record.rss_peak_bytes).toBeGreaterThan(record.tensor_peak_bytes!);
  expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['prepare', 'train', 'evaluate', 'measure']));
  const again = await runCell(cell, context);
  expect(again.weights_digest).toBe(record.weights_digest);
});

it('goes on from a checkpoint, and ends with the weights of an undisturbed run', async () => {
  const cell = cellNamed('default.frobenius-decay', tinyCells());
  const undisturbed = await runCell(cell, context);
  const checkpointDir = await temporaryFolder();
  const stop = new Error('stopped in epoch 3');
  const stopped = runCell(cell, {
    ...context,
    checkpointDir,
    onProgress: ({ epoch, phase }) => {
      if (epoch === 3 && phase === 'train') throw stop;
    },
  });
  await expect(stopped).rejects.toBe(stop);
  expect(await readdir(checkpointDir)).toHaveLength(1);
  const epochs = new Set<number>();
  const resumed = await runCell(cell, {
    ...context,
    checkpointDir,
    onProgress: ({ epoch, phase }) => void (phase === 'train' && epochs.add(epoch)),
  });
  expect([...epochs]).toEqual([3]);
  expect(resumed.weights_digest).toBe(undisturbed.weights_digest);
  expect(resumed.measures).toEqual(undisturbed.measures);
  expect(resumed.result_digest).toBe(undisturbed.result_digest);
});

it('has the digest of its data that decides whether its record is kept', async () => {
  const dataDir = await temporaryFolder();
  const files = { 'data_batch_1.bin': recordsOf([3, 9, 0, 7]), 'test_batch.bin': recordsOf([5, 1], 4) };
  await writeCifar10(dataDir, files);
  const [generated] = tinyCells({ epochs: 1 });
  const config = imageConfig(generated!);
  const dataset = {
    ...config.dataset,
    name: 'cifar-10' as const,
    trainExamples: 3,
    validationExamples: 1,
    testExamples: 2,
  };
  const cell = { ...generated!, dataset: dataset.name, config: { ...config, dataset } };
  const record = await runCell(cell, { ...context, dataDir });
  expect(record).toMatchObject({
    status: 'completed',
    data_source: 'files',
    train_examples: 3,
    validation_examples: 1,
  });
  const digest = () => dataDigests({ 'cifar-10': dataDir })(cell);
  expect(await digest()).toBe(record.fingerprint.data);
  await writeCifar10(dataDir, { ...files, 'data_batch_1.bin': recordsOf([3, 9, 0, 8]) });
  expect(await digest()).not.toBe(record.fingerprint.data);
  await writeCifar10(dataDir, { ...files, 'test_batch.bin': recordsOf([5, 2], 4) });
  expect(await digest()).not.toBe(record.fingerprint.data);
});

it('chooses no epoch where nothing is held out', async () => {
  const cell = cellNamed('dense', tinyCells({ epochs: 1 }));
  const config = imageConfig(cell);
  const { validationExamples: _, ...dataset } = config.dataset;
  const plain = { ...config, dataset };
  const record = await runCell({ ...cell, config: plain }, context);
  expect(record).toMatchObject({ validation_examples: null, measures: [{ best: null }] });
  expect(Object.keys(record.curve[0]!.values)).not.toContain('validation_accuracy');
});

it('records a training that diverges', async () => {
  const record = await runCell(cellNamed('dense', tinyCells({ learningRate: 1e30 })), context);
  expect(record).toMatchObject({
    status: 'diverged',
    measures: [{ metric: 'accuracy', value: null }],
    train_loss: null,
    error: expect.stringContaining('diverged'),
  });
  expect(recordSchema.parse(record)).toEqual(record);
});
