import { expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { stretchOf, trainedText, translationTraining } from '../../harness/tasks/translation/training.ts';
import { pointsOf } from '../../harness/train/places.ts';
import { textConfig } from '../helpers/suites.ts';
import { translationCells } from '../helpers/translation-cells.ts';

const { training } = textConfig(translationCells()[0]!);
// Ten pairs in five batches of two: twelve updates are two epochs and two batches.
const train = Array.from({ length: 10 }, () => ({ source: [5], target: [6, 7, 8] }));
const cut = { ...training, batchTokens: 8, lengths: [4], epochs: 5, updates: 12 };
const text = { train, streams: streamsOf('counted', 0) };

test('an epoch that is cut short counts as far as it went', () => {
  expect(stretchOf(train, cut)).toEqual({ stepsPerPoint: 5, steps: 12 });
  expect(pointsOf(stretchOf(train, cut))).toBe(3);
  const seen = (epochs: number, of = cut) => trainedText(text, [{ label: 'train', training: of }], epochs);
  // A target counts with its <eos>.
  expect(seen(1)).toEqual({ pairs: 10, tokens: 40 });
  expect(seen(2)).toEqual({ pairs: 20, tokens: 80 });
  expect(seen(3)).toEqual({ pairs: 24, tokens: 96 });
  expect(seen(5, { ...cut, updates: 25 })).toEqual({ pairs: 50, tokens: 200 });
});

test('of phases, each ends with an epoch of its own', () => {
  const phases = [cut, { ...cut, updates: 7 }].map((own, index) => ({ label: `${index}`, training: own }));
  const seen = (epochs: number) => trainedText(text, phases, epochs).pairs;
  expect([1, 2, 3, 4, 5].map(seen)).toEqual([10, 20, 24, 34, 38]);
});

test('a point has no validation where it was not measured, and none but nulls where the training diverged before', () => {
  const unused = undefined as never;
  const phases = [{ label: 'train', training: cut }];
  const { valuesOf } = translationTraining({ ...text, step: unused, evaluation: unused, valid: [], phases });
  const trained = { learning_rate: 0.1, train_loss: 2, train_accuracy: 0.5 };
  const of = { learningRate: 0.1, loss: 2, accuracy: 0.5, seconds: 1 };
  expect(valuesOf(of, 'skipped')).toEqual(trained);
  expect(valuesOf(of, { loss: 0, accuracy: 1 })).toEqual({ ...trained, valid_loss: 0, perplexity: 1 });
  const lost = { learning_rate: 0.1, train_loss: null, train_accuracy: null, valid_loss: null, perplexity: null };
  expect(valuesOf({ ...of, loss: Number.NaN }, null)).toEqual(lost);
});
