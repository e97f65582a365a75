import { expect, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { phasesOf } from '../../harness/methods/phases.ts';
import { methodOf } from '../../harness/methods/registry.ts';
import { magnitude } from '../../harness/methods/sparse/magnitude.ts';
import type { SparseMethod } from '../../harness/sparse/sparse-method.ts';
import type { TranslationConfig } from '../../harness/spec/translation.ts';
import { tinyTraining } from '../helpers/tiny-training.ts';
import { translationCells } from '../helpers/translation-cells.ts';

const { training: sequences } = translationCells()[0]!.config as TranslationConfig;

/** A method whose second phase has one field more or other. */
const changing = (own: object): SparseMethod => ({
  ...magnitude,
  phases: (training) => [
    { label: 'first', training },
    { label: 'second', training: { ...training, ...own } },
  ],
});

test.each(['dense', 'low-rank', 'narrow', 'narrow-macs'])('%s takes one training', (name) => {
  expect(phasesOf(methodOf(name), tinyTraining, 0.3)).toEqual([{ label: 'train', training: tinyTraining }]);
});

test('a sparse method takes its phases, on images and on sentences', () => {
  expect(phasesOf(magnitude, tinyTraining, 0.3).map(({ training }) => training.epochs)).toEqual([3, 2]);
  const phases = phasesOf(magnitude, { ...sequences, updates: 9 }, 0.3);
  expect(phases.map(({ training }) => [training.epochs, training.updates])).toEqual([
    [3, 9],
    [2, 5],
  ]);
});

test.each([
  { epochs: 9, updates: 4, warmupUpdates: 2, constantUpdates: 3, learningRate: 0.5 },
  { optimizer: { ...sequences.optimizer } },
])('phases may differ in schedule: %o', (own) => {
  expect(phasesOf(changing(own), sequences, 0.3)[1]!.training).toEqual({ ...sequences, ...own });
});

test.each([
  [{ optimizer: { name: 'nesterov', momentum: 0.5 } }, /phase 'second' has optimizer \{.*0.5\}, its cell \{.*0.9\};/],
  [{ clipNorm: null }, /clipNorm null, its cell 1; phases differ in epochs and learning rates only/],
  [{ momentum: 0.5 }, /momentum 0.5, its cell undefined/],
])('phases may differ in nothing else: %o', (own, message) => {
  expect(() => phasesOf(changing(own), sequences, 0.3)).toThrow(UsageError);
  expect(() => phasesOf(changing(own), sequences, 0.3)).toThrow(message);
});
