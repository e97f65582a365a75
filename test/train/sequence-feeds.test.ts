import { expect, test } from 'vitest';
import { testTokenBatches } from '../../harness/text/token-batches.ts';
import { sequenceFeeds } from '../../harness/train/sequence-feeds.ts';
import { valuesOf } from '../helpers/engine.ts';

test('a batch has what encoder and decoder read, what is predicted, and nothing of its padding counts', () => {
  const pairs = [
    { source: [7, 8], target: [9] },
    { source: [5], target: [6, 4, 6] },
  ];
  const [batch] = testTokenBatches(pairs, { tokens: 12, lengths: [4] });
  const { source, target, labels, weights, sourceMask } = sequenceFeeds(batch!);
  // <pad> 0, <bos> 1, <eos> 2; three rows fit, the last is empty.
  expect([...valuesOf(source).data]).toEqual([7, 8, 2, 0, 5, 2, 0, 0, 0, 0, 0, 0]);
  expect([...valuesOf(target).data]).toEqual([1, 9, 0, 0, 1, 6, 4, 6, 0, 0, 0, 0]);
  expect([...valuesOf(labels).data]).toEqual([9, 2, 0, 0, 6, 4, 6, 2, 0, 0, 0, 0]);
  expect([...valuesOf(weights!).data]).toEqual([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
  expect([...valuesOf(sourceMask!).data].map((value) => value < -1e8)).toEqual(
    [7, 8, 2, 0, 5, 2, 0, 0, 0, 0, 0, 0].map((id) => id === 0),
  );
  expect([source.shape, source.dtype, weights!.dtype]).toEqual([[3, 4], 'int32', 'float32']);
});
