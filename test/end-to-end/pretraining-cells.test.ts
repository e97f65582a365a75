import { beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { loadTextSequences } from '../../harness/data/text/text-sequences.ts';
import { UsageError } from '../../harness/errors.ts';
import { measuredValue, recordSchema } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import { pretrainingDetailsSchema } from '../../harness/spec/pretraining.ts';
import { pretrainedRole, questionAnsweringDetailsSchema } from '../../harness/spec/question-answering.ts';
import { savedVocabulary } from '../../harness/tasks/pretraining/vocabulary-weight.ts';
import { type RanCell, runKeeping } from '../helpers/normalization-cells.ts';
import { pretrainingConfig, tinyPretrainingCells } from '../helpers/pretraining-cells.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cellNamed, plainContext as context } from './tiny-cells.ts';

const cells = tinyPretrainingCells();
const spectral = 'spectral.frobenius-decay.flambe-as-read';
const pretraining = cellNamed(`${spectral}.bert-1-8.generated-text`, cells);
const answering = cellNamed(`${spectral}.bert-1-8.generated-questions`, cells);
let ran: RanCell;
beforeAll(async () => {
  ran = await runKeeping(pretraining, {}, pretrainedRole);
}, 120_000);

describe('a pre-training', () => {
  it('makes a whole record, which shows the unigram entropy beside the cross-entropy', () => {
    const { record } = ran;
    expect(recordSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      kind: 'pretraining',
      status: 'completed',
      data_source: 'generated',
      train_examples: 40,
      validation_examples: 8,
      test_examples: 20,
      ratio: pretraining.ratio,
    });
    expect(record.curve.map(({ at }) => at)).toEqual([3, 6]);
    const last = record.curve.at(-1)!.values;
    expect(measuredValue(record, 'masked_cross_entropy')).toBe(last.test_loss);
    expect(measuredValue(record, 'masked_accuracy')).toBe(last.test_accuracy);
    expect(last.valid_loss).toBeGreaterThan(0);
    const details = pretrainingDetailsSchema.parse(record.details);
    // Four of 24 tokens in each of 20 sequences, where there are as many that are not special.
    expect(details.masked_tokens).toBe(480);
    expect(details.below_unigram).toBeCloseTo(details.unigram_entropy! - last.test_loss!, 12);
    expect(record.training_passes).toBe((6 * 8) / 40);
    // The last of six updates, after two of warm-up, has a quarter of the rate.
    expect(last.learning_rate).toBeCloseTo(pretrainingConfig(pretraining).training.learningRate / 4, 12);
    for (const name of ['macs', 'step_ms', 'train_examples_per_second', 'eval_examples_per_second'] as const) {
      expect(record[name], name).toBeGreaterThan(0);
    }
  });

  it('keeps the vocabulary of its text with its weights, which counts as no parameter', async () => {
    const { dataset } = pretrainingConfig(pretraining);
    const { vocabulary } = await loadTextSequences(dataset, null);
    const saved = savedVocabulary(ran.weights);
    expect(saved.symbols).toEqual(vocabulary.symbols);
    expect(saved.merges).toEqual(vocabulary.merges);
    expect(ran.record.parameters).toBe(pretraining.parameters);
  });

  it('goes on from a checkpoint, with the result of an undisturbed run', { timeout: 120_000 }, async () => {
    const checkpointDir = await temporaryFolder();
    const stop = new Error('stopped');
    const stopped = runCell(pretraining, {
      ...context,
      checkpointDir,
      onProgress: ({ phase, step }) => {
        if (phase === 'train' && step === 5) throw stop;
      },
    });
    await expect(stopped).rejects.toBe(stop);
    const resumed = await runCell(pretraining, { ...context, checkpointDir });
    expect(resumed.resumed_points).toBe(1);
    expect(resumed.weights_digest).toBe(ran.record.weights_digest);
    expect(resumed.result_digest).toBe(ran.record.result_digest);
  });

  it.each<[string, (cell: PlannedCell) => void, RegExp]>([
    [
      'rows',
      ({ config }) => Object.assign((config as never as { model: object }).model, { vocabulary: 20 }),
      /the model's table 20 rows; raise vocabulary, or lower merges/,
    ],
    [
      'positions',
      ({ config }) => Object.assign((config as never as { model: object }).model, { positions: 10 }),
      /sequences of 160 tokens need as many positions; there are 10/,
    ],
  ])('of too few %s is refused', async (_, change, message) => {
    const cell = structuredClone(pretraining);
    change(cell);
    await expect(runCell(cell, context)).rejects.toThrow(message);
    await expect(runCell(cell, context)).rejects.toThrow(UsageError);
  });
});

describe('a question answering', () => {
  it('goes on from its pre-training, and is scored as SQuAD is', { timeout: 120_000 }, async () => {
    const needed = async () => ran.needed;
    const record = await runCell(answering, { ...context, needed });
    expect(recordSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      kind: 'question-answering',
      train_examples: 24,
      test_examples: 10,
      training_passes: 2,
    });
    expect(record.measures.map(({ metric }) => metric)).toEqual(['f1', 'exact_match']);
    for (const { value } of record.measures) expect(value! >= 0 && value! <= 1).toBe(true);
    expect(measuredValue(record, 'f1')).toBeGreaterThanOrEqual(measuredValue(record, 'exact_match')!);
    const details = questionAnsweringDetailsSchema.parse(record.details)!;
    expect(details.pretrained).toBe(measuredValue(ran.record, 'masked_cross_entropy'));
    expect(details.samples).toHaveLength(5);
    expect(record.curve.map(({ at }) => at)).toEqual([1, 2]);
    expect(record.needed_digests).toEqual([ran.record.result_digest]);
    const again = await runCell(answering, { ...context, needed });
    expect(again.result_digest).toBe(record.result_digest);
    expect(again.weights_digest).toBe(record.weights_digest);
  });

  it('is told what its pre-training lacks', async () => {
    const weightsWithout = (name: string) => new Map([...ran.weights].filter(([key]) => key !== name));
    const needed = (name: string) => async () =>
      new Map([[pretrainedRole, { record: ran.record, weights: async () => weightsWithout(name) }]]);
    await expect(runCell(answering, { ...context, needed: needed('vocabulary') })).rejects.toThrow(
      "pre-trained weights: hold no 'vocabulary'",
    );
    await expect(runCell(answering, { ...context, needed: needed('source.u') })).rejects.toThrow(
      'pre-trained weights: lack source.u',
    );
  });
});
