import { expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { trainedText, trainingLength } from '../../harness/train/sequence-trainer.ts';
import { translationCells } from '../helpers/translation-cells.ts';

test('an epoch that is cut short counts as far as it went', () => {
  const { training } = translationCells()[0]!.config as { training: Parameters<typeof trainingLength>[1] };
  // Ten pairs in five batches of two: twelve updates are two epochs and two batches.
  const train = Array.from({ length: 10 }, () => ({ source: [5], target: [6, 7, 8] }));
  const cut = { ...training, batchTokens: 8, lengths: [4], epochs: 5, updates: 12 };
  expect(trainingLength(train, cut)).toEqual({ stepsPerEpoch: 5, steps: 12, epochs: 3 });
  const text = (epochs: number, of = cut) =>
    trainedText({ train, training: of, length: trainingLength(train, of), streams: streamsOf('counted', 0) }, epochs);
  // A target counts with its <eos>.
  expect(text(1)).toEqual({ pairs: 10, tokens: 40 });
  expect(text(2)).toEqual({ pairs: 20, tokens: 80 });
  expect(text(3)).toEqual({ pairs: 24, tokens: 96 });
  expect(text(5, { ...cut, updates: 25 })).toEqual({ pairs: 50, tokens: 200 });
});
