import { expect, it, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { type IdPair, testTokenBatches, trainTokenBatches } from '../../harness/text/token-batches.ts';

const pairs: IdPair[] = [
  { source: [4, 5, 6], target: [7] },
  { source: [8], target: [9, 10] },
  { source: [11], target: [] },
  { source: [12, 13, 14], target: [15, 16, 17, 18] },
];
const options = { tokens: 9, lengths: [4, 6] };
const streams = streamsOf('token-batches', 0);

test('batches by hand', () => {
  // Longer sides with one token more: 4, 3, 2, 5. Two rows of 4 tokens fit into 9, and one row of 6.
  const [first, second, third, ...rest] = testTokenBatches(pairs, options);
  expect(rest).toEqual([]);
  expect(first).toEqual({
    size: 2,
    pairs: [2, 1],
    sourceLength: 4,
    targetLength: 4,
    source: Int32Array.of(11, 2, 0, 0, 8, 2, 0, 0),
    target: Int32Array.of(1, 0, 0, 0, 1, 9, 10, 0),
    labels: Int32Array.of(2, 0, 0, 0, 9, 10, 2, 0),
    weights: Float32Array.of(1, 0, 0, 0, 1, 1, 1, 0),
  });
  // The last of its length: a second row of padding.
  expect(second).toEqual({
    size: 2,
    pairs: [0],
    sourceLength: 4,
    targetLength: 4,
    source: Int32Array.of(4, 5, 6, 2, 0, 0, 0, 0),
    target: Int32Array.of(1, 7, 0, 0, 0, 0, 0, 0),
    labels: Int32Array.of(7, 2, 0, 0, 0, 0, 0, 0),
    weights: Float32Array.of(1, 1, 0, 0, 0, 0, 0, 0),
  });
  expect(third).toMatchObject({ size: 1, pairs: [3], sourceLength: 6, labels: Int32Array.of(15, 16, 17, 18, 2, 0) });
});

const many = Array.from(
  { length: 500 },
  (_, i): IdPair => ({ source: Array(1 + (i % 7)).fill(4), target: Array(1 + (i % 11)).fill(5) }),
);
const few = { tokens: 64, lengths: [4, 8, 12] };

test('an epoch holds every pair once, in as many shapes as lengths, none above the tokens', () => {
  const batches = trainTokenBatches(many, few, 1, streams);
  expect(batches.flatMap((batch) => batch.pairs).sort((a, b) => a - b)).toEqual([...many.keys()]);
  expect(
    new Set(batches.map(({ size, sourceLength, targetLength }) => `${size} ${sourceLength} ${targetLength}`)),
  ).toEqual(new Set(['16 4 4', '8 8 8', '5 12 12']));
  const labels = batches.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0);
  expect(labels).toBe(many.reduce((sum, { target }) => sum + target.length + 1, 0));
});

test('the order is the same twice, another in another epoch, and mixes lengths', () => {
  const orderOf = (epoch: number) => trainTokenBatches(many, few, epoch, streams).map((batch) => batch.pairs);
  expect(orderOf(1)).toEqual(orderOf(1));
  expect(orderOf(1)).not.toEqual(orderOf(2));
  const lengths = trainTokenBatches(many, few, 1, streams).map((batch) => batch.sourceLength);
  expect(lengths).not.toEqual([...lengths].sort((a, b) => a - b));
});

it('gives a pair of more tokens than a batch holds a batch of its own', () => {
  expect(testTokenBatches(pairs, { tokens: 3, lengths: [5] }).map((batch) => batch.pairs)).toEqual([
    [2],
    [1],
    [0],
    [3],
  ]);
});

it('refuses a pair longer than every length', () => {
  expect(() => testTokenBatches(pairs, { tokens: 9, lengths: [4] })).toThrow('pair 3 has 5 tokens, more than 4');
});
