import { describe, expect, test } from 'vitest';
import { loadTextSequences } from '../../harness/data/text/text-sequences.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { dataFolderNames } from '../../harness/spec/datasets.ts';
import type { PretrainingExperimentSpec } from '../../harness/spec/pretraining.ts';
import type { QuestionAnsweringExperimentSpec } from '../../harness/spec/question-answering.ts';
import { maskIdOf } from '../../harness/text/masking.ts';
import { pretraining } from '../../suites/pretraining.ts';

const experimentsOf = (profile: 'smoke' | 'nightly' | 'paper') => {
  const [first, second] = pretraining.profiles[profile]!.experiments;
  return [first as PretrainingExperimentSpec, second as QuestionAnsweringExperimentSpec] as const;
};

describe.each(['smoke', 'nightly', 'paper'] as const)('the %s profile of pre-training', (profile) => {
  const cells = planCells(pretraining, profile, { present: dataFolderNames, seeds: 1 });

  test('fine-tunes every encoder that it pre-trains on the text of its questions', () => {
    const [{ dataset }] = experimentsOf(profile);
    const pretrained = cells.filter((cell) => cell.kind === 'pretraining' && cell.dataset === dataset.name);
    const tuned = cells.filter(({ kind }) => kind === 'question-answering');
    expect(tuned.map(({ needs }) => needs.map(({ id }) => id))).toEqual(pretrained.map(({ id }) => [id]));
    expect(tuned.map(({ factors }) => factors)).toEqual(pretrained.map(({ factors }) => factors));
  });

  test('has SI and FD together under Adam and under FLAMBé as it is read', () => {
    const names = cells.map(({ cell }) => cell);
    for (const optimizer of ['', '.flambe-as-read']) {
      expect(names.some((name) => name.startsWith(`low-rank-0.5.spectral.frobenius-decay${optimizer}.bert`))).toBe(
        true,
      );
    }
  });

  test('has windows and sequences that fit the positions', () => {
    const [{ models, dataset }, { dataset: questions }] = experimentsOf(profile);
    expect(Math.max(dataset.length, questions.length)).toBeLessThanOrEqual(models[0]!.positions);
  });
});

test('smoke has a table for every symbol of its text, and for the mask', async () => {
  const [{ models, dataset }] = experimentsOf('smoke');
  const { vocabulary } = await loadTextSequences(dataset, null);
  expect(maskIdOf(vocabulary) + 1).toBeLessThanOrEqual(models[0]!.vocabulary);
});

test('nightly has all four corners of SI and FD, under Adam and LAMB', () => {
  const names = planCells(pretraining, 'nightly', { present: dataFolderNames, seeds: 1 }).map(({ cell }) => cell);
  for (const init of ['default', 'spectral']) {
    for (const regularizer of ['weight-decay', 'frobenius-decay']) {
      for (const optimizer of ['', '.lamb']) {
        const arm = `low-rank-0.5.${init}.${regularizer}${optimizer}.bert-2-64.generated-text.seed-0`;
        expect(names).toContain(arm);
      }
    }
  }
});

describe('the text of people, in nightly,', () => {
  const own = pretraining.profiles.nightly!.experiments[2] as PretrainingExperimentSpec;

  test('has dense and narrow encoders, and all four corners of SI and FD', () => {
    const cells = planCells(pretraining, 'nightly', { present: ['text'], seeds: 1 });
    expect(cells.filter(({ dataset }) => dataset === 'text').map(({ cell }) => cell)).toEqual(
      [
        'dense.default.weight-decay',
        'narrow-0.5.default.weight-decay',
        'low-rank-0.5.default.weight-decay',
        'low-rank-0.5.default.frobenius-decay',
        'low-rank-0.5.spectral.weight-decay',
        'low-rank-0.5.spectral.frobenius-decay',
      ].map((arm) => `${arm}.bert-1-128.text.seed-0`),
    );
  });

  test('has generated text in its place, whose symbols and the mask fit the table', async () => {
    const cells = planCells(pretraining, 'nightly', { present: [], seeds: 1 });
    expect(cells.filter(({ model }) => model === 'bert-1-128').map(({ dataset }) => dataset)).toEqual(
      Array.from({ length: 6 }, () => 'generated-text'),
    );
    const { vocabulary, validation, test: tested } = await loadTextSequences(own.fallbackDataset!, null);
    expect(maskIdOf(vocabulary) + 1).toBeLessThanOrEqual(own.models[0]!.vocabulary);
    expect([validation?.count, tested.count]).toEqual([64, 200]);
  });
});

test('the paper profile trains BERT-base by the published recipe', () => {
  const [{ models, training, dataset }, { fineTuning, dataset: squad }] = experimentsOf('paper');
  expect(models).toEqual([
    { name: 'bert', layers: 12, width: 768, feedForward: 3072, heads: 12, positions: 512, vocabulary: 30_522 },
  ]);
  expect(training).toMatchObject({
    updates: 1_000_000,
    batchSize: 256,
    learningRate: 1e-4,
    warmupUpdates: 10_000,
    dropout: 0.1,
    decay: 0.01,
    decayCoupling: 'decoupled',
    masking: { share: 0.15, masked: 0.8, random: 0.1 },
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-6 },
  });
  expect(dataset).toMatchObject({ name: 'wikitext-103', length: 512 });
  expect(squad).toMatchObject({ name: 'squad', length: 384, stride: 128, questionTokens: 64, answerTokens: 30 });
  expect(fineTuning).toMatchObject({ epochs: 3, batchSize: 32, learningRate: 5e-5, warmup: 0.1 });
});
