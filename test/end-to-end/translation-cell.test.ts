import { expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { loadTranslation } from '../../harness/data/text/translation.ts';
import { UsageError } from '../../harness/errors.ts';
import { type FinishedRecord, measuredValue, recordSchema } from '../../harness/record.ts';
import { dataDigests } from '../../harness/run/run-data.ts';
import { type TranslationDetails, translationDetailsSchema } from '../../harness/spec/translation.ts';
import type { CellProgress } from '../../harness/tasks/context.ts';
import { testTokenBatches } from '../../harness/text/token-batches.ts';
import { multi30kText, writeText } from '../data/text/text-files.ts';
import { textConfig } from '../helpers/suites.ts';
import { cellsOfMulti30k, translationCells } from '../helpers/translation-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext as context } from './tiny-cells.ts';

function detailsOf({ details }: FinishedRecord): NonNullable<TranslationDetails> {
  const parsed = translationDetailsSchema.parse(details);
  if (parsed === null) throw new Error('details of a finished translation are expected');
  return parsed;
}

const lossesOf = ({ curve }: FinishedRecord) => curve.map(({ values }) => values.valid_loss!);

it('makes a whole record of a translation cell, the same each time', { timeout: 120_000 }, async () => {
  const cell = cellNamed('low-rank-0.5.spectral.frobenius-decay', translationCells());
  const progress: CellProgress[] = [];
  const record = await runCell(cell, { ...context, onProgress: (step) => progress.push(step) });
  expect(recordSchema.parse(record)).toEqual(record);
  expect(record).toMatchObject({
    id: cell.id,
    cell: cell.cell,
    status: 'completed',
    kind: 'translation',
    factors: cell.factors,
    needs: [],
    needed_digests: [],
    ratio: cell.ratio,
    data_source: 'generated',
    train_examples: 150,
    validation_examples: 150,
    test_examples: 20,
    checks: [],
    warnings: [],
  });
  expect(record.measures.map(({ metric, best }) => [metric, best])).toEqual([
    ['bleu', null],
    ['chrf', null],
    ['valid_loss', null],
    ['perplexity', null],
  ]);
  // Frobenius decay and training leave no parameter at zero.
  expect(record.parameters).toBe(record.nonzero_parameters);
  expect(record.curve.map(({ at }) => at)).toEqual([1, 2, 3]);
  for (const { train_seconds, seconds } of record.curve) expect(seconds).toBeGreaterThan(train_seconds!);
  expect(record.training_passes).toBe(3);
  const losses = lossesOf(record);
  expect(losses[2]).toBeLessThan(losses[0]!);
  for (const { values } of record.curve) expect(values.perplexity).toBeCloseTo(Math.exp(values.valid_loss!), 6);
  const translation = detailsOf(record);
  const best = losses.indexOf(Math.min(...losses));
  expect(translation.decoded_epoch).toBe(best + 1);
  expect(measuredValue(record, 'valid_loss')).toBe(losses[best]);
  expect(measuredValue(record, 'perplexity')).toBe(Math.exp(losses[best]!));
  expect(translation.samples).toHaveLength(10);
  expect(translation.spectra.map(({ name }) => name)).toEqual([
    'source',
    'target',
    'positions',
    'output',
    'encoder.1.self.query-key',
    'decoder.1.self.query-key',
    'decoder.1.cross.query-key',
    'encoder.1.self.output-value',
    'decoder.1.self.output-value',
    'decoder.1.cross.output-value',
  ]);
  for (const name of ['macs', 'step_ms', 'train_examples_per_second', 'eval_examples_per_second'] as const) {
    expect(record[name], name).toBeGreaterThan(0);
  }
  expect(record.rss_peak_bytes).toBeGreaterThan(record.tensor_peak_bytes!);
  const { dataset, training } = textConfig(cell);
  const { pairs } = (await loadTranslation(dataset, null)).train;
  const { batchTokens, lengths } = training;
  const batches = testTokenBatches(pairs, { tokens: batchTokens, lengths }).length;
  expect((record.train_examples_per_second! * record.step_ms!) / 1000).toBeCloseTo(150 / batches, 6);
  const tokens = 3 * pairs.reduce((sum, { target }) => sum + target.length + 1, 0);
  const seconds = record.curve.reduce((sum, { train_seconds }) => sum + train_seconds!, 0);
  expect(translation.train_tokens_per_second! * seconds).toBeCloseTo(tokens, 3);
  expect(new Set(progress.map(({ phase }) => phase))).toEqual(new Set(['prepare', 'train', 'evaluate', 'measure']));
  const again = await runCell(cell, context);
  expect([again.weights_digest, again.measures]).toEqual([record.weights_digest, record.measures]);
  expect(again.result_digest).toBe(record.result_digest);
  expect(detailsOf(again).samples).toEqual(translation.samples);
});

it('decodes with weights that do not depend on the test text', { timeout: 120_000 }, async () => {
  const recordOf = (testExamples: number) =>
    runCell(
      cellNamed(
        'dense',
        translationCells(({ dataset }) => Object.assign(dataset, { testExamples })),
      ),
      context,
    );
  const [few, more] = [await recordOf(2), await recordOf(5)];
  expect([few.test_examples, more.test_examples]).toEqual([2, 5]);
  expect(more.weights_digest).toBe(few.weights_digest);
  expect(detailsOf(more).decoded_epoch).toBe(detailsOf(few).decoded_epoch);
  expect(lossesOf(more)).toEqual(lossesOf(few));
});

it('has the digest of its data that decides whether its record is kept', async () => {
  const dataDir = await writeText(await temporaryFolder(), multi30kText);
  const [cell] = cellsOfMulti30k();
  const record = await runCell(cell!, { ...context, dataDir });
  expect(record).toMatchObject({ status: 'completed', data_source: 'files', train_examples: 3, test_examples: 2 });
  expect(await dataDigests({ multi30k: dataDir })(cell!)).toBe(record.fingerprint.data);
});

it.each([
  ['the best epoch', 'nesterov', null],
  ['a mean over epochs', 'adam', 2],
] as const)(
  'goes on from a checkpoint, with the result of an undisturbed run: %s, %s',
  {
    timeout: 120_000,
  },
  async (_, name, averagedEpochs) => {
    const cell = cellNamed(
      'low-rank-0.5.default.frobenius-decay',
      translationCells(({ training }) => {
        if (name === 'adam') {
          training.optimizer = { name, beta1: 0.9, beta2: 0.98, epsilon: 1e-9 };
          training.learningRate = 0.003;
        }
        training.averagedEpochs = averagedEpochs;
      }),
    );
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
    expect(detailsOf(resumed).decoded_epoch).toBe(detailsOf(undisturbed).decoded_epoch);
    expect(lossesOf(resumed)).toEqual(lossesOf(undisturbed));
  },
);

it('records a training that diverges', async () => {
  const diverging = translationCells(({ training }) => Object.assign(training, { learningRate: 1e30, clipNorm: null }));
  const record = await runCell(cellNamed('dense', diverging), context);
  expect(record).toMatchObject({ status: 'diverged', details: null, error: expect.stringContaining('diverged') });
  expect(record.measures).toEqual(
    ['bleu', 'chrf', 'valid_loss', 'perplexity'].map((metric) => ({ metric, value: null, best: null })),
  );
  expect(recordSchema.parse(record)).toEqual(record);
});

it('refuses tables and lengths that are too small for the data', async () => {
  const small = translationCells(({ models }) => void Object.assign(models[0]!, { vocabulary: 50 }));
  const refused = runCell(cellNamed('dense', small), context);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(/vocabulary has \d+ symbols, the model's tables 50 rows/);
  const short = translationCells(({ training }) => void Object.assign(training, { lengths: [32] }));
  await expect(runCell(cellNamed('dense', short), context)).rejects.toThrow('the largest of lengths is 32');
});

it('ends at the number of updates that is given, in the middle of an epoch', async () => {
  const cells = translationCells(({ training }) => Object.assign(training, { updates: 7, epochs: 50 }));
  let last = 0;
  const record = await runCell(cellNamed('dense', cells), {
    ...context,
    onProgress: ({ phase, step }) => {
      if (phase === 'train') last = step;
    },
  });
  expect(last).toBe(7);
  expect(record.curve.length).toBeLessThan(7);
  // The last epoch counts as far as it went.
  expect(record.training_passes).toBeGreaterThan(record.curve.length - 1);
  expect(record.training_passes).toBeLessThan(record.curve.length);
  expect(record.phases).toEqual([{ label: 'train', epochs: record.curve.length }]);
});
