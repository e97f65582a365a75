import { expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { stretchOf, trainedText } from '../../harness/tasks/translation/training.ts';
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
